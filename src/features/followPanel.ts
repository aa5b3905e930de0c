/** Pages of followed streams, one beside the capture for each stream asked for. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { ProblemError } from '../base/problem.ts';
import { PanelType } from '../contract/contributions.ts';
import type { FollowLayer, FollowOffer } from '../contract/follow.ts';
import type { EnginePool } from '../engine/client.ts';
import type { CaptureTab } from './captureTab.ts';
import { editorHtml, pageFolder } from './editorHtml.ts';
import { FollowSession } from './followSession.ts';

/** The stream of a packet to be followed: the layer asked for, else what the packet offers most. */
export function chooseOffer(offers: readonly FollowOffer[], layer: FollowLayer | undefined): FollowOffer {
  const [transport] = offers;
  if (transport === undefined) {
    throw new ProblemError('invalid', 'This packet belongs to no TCP or UDP stream.', 'Select a packet that does.');
  }
  return layer === undefined || layer === transport.layer ? transport : { layer, stream: transport.stream };
}

export async function openFollowPanel(
  extension: vscode.Uri, engines: EnginePool, path: string, tab: () => CaptureTab | undefined,
  request: { readonly frame: number; readonly layer?: FollowLayer },
): Promise<void> {
  const lease = await engines.acquire(path);
  let offer: FollowOffer;
  try {
    offer = chooseOffer(await lease.session.api.followOffers({ frame: request.frame }), request.layer);
  } catch (thrown) {
    lease.dispose();
    throw thrown;
  }
  const panel = vscode.window.createWebviewPanel(
    PanelType.follow, `${offer.layer.toUpperCase()} stream ${String(offer.stream)} · ${basename(path)}`, vscode.ViewColumn.Beside,
    { enableScripts: true, localResourceRoots: [pageFolder(extension)], retainContextWhenHidden: true },
  );
  const session = new FollowSession(panel.webview, lease, offer, {
    goTo: (frame) => { tab()?.send({ kind: 'goTo', frame }); },
    showOnly: (filter) => { tab()?.send({ kind: 'showOnly', filter: filter ?? '' }); },
    chooseFile: async (suggested) => {
      const chosen = await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(join(dirname(path), suggested)), title: 'Save Stream as Raw Bytes' });
      return chosen?.fsPath;
    },
  });
  panel.onDidDispose(() => { session.dispose(); });
  panel.webview.html = editorHtml(panel.webview, extension, { name: 'follow', title: 'Followed stream' });
}
