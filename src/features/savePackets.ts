/** "Save Packets As…": which packets, where to, in which format; with progress and cancel. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isCancelled, toProblem } from '../base/problem.ts';
import type { SaveRequest, SaveResult } from '../contract/save.ts';
import type { EngineLease } from '../engine/client.ts';
import { parseRanges } from './packetRanges.ts';
import { notify, notifyProgress } from './notify.ts';

interface Which extends vscode.QuickPickItem {
  readonly which: SaveRequest['which'];
}

const choices: readonly Which[] = [
  { which: 'displayed', label: 'Displayed packets', detail: 'What the display filter leaves; all where there is none' },
  { which: 'all', label: 'All packets' },
  { which: 'ranges', label: 'Packets by number…', detail: 'Such as 1-100, 205, 310-' },
];

/** Asks and saves; the lease is the tab's, whose view says what is displayed. */
export async function savePackets({ session, view }: EngineLease): Promise<void> {
  const chosen = await vscode.window.showQuickPick(choices, { title: 'Save Packets As', placeHolder: 'Which packets?' });
  if (chosen === undefined) {
    return;
  }
  const ranges = chosen.which === 'ranges' ? await askRanges() : [];
  if (ranges === undefined) {
    return;
  }
  const name = basename(session.path).replace(/\.(gz|zst|lz4)$/, '').replace(/\.(pcapng|pcap|cap)$/, '');
  const target = await vscode.window.showSaveDialog({
    title: 'Save Packets As', defaultUri: vscode.Uri.file(join(dirname(session.path), `${name}-${chosen.which}.pcapng`)),
    filters: { 'pcapng (keeps everything)': ['pcapng'], 'pcap (times and bytes only)': ['pcap'] },
  });
  if (target === undefined) {
    return;
  }
  const request: SaveRequest = {
    path: target.fsPath, format: target.fsPath.endsWith('.pcap') ? 'pcap' : 'pcapng', which: chosen.which, ranges,
    keepSecrets: false, mayReplaceInput: false,
  };
  try {
    await tellSaved(await withSaveProgress(session, 'Saving packets', () => session.api.save({ ...request, view })), target);
  } catch (thrown) {
    if (!isCancelled(thrown)) {
      const { cause, remedy } = toProblem(thrown, 'Saving the packets');
      void notify.error(`${cause} ${remedy}`.trim());
    }
  }
}

async function askRanges(): Promise<readonly (readonly [number, number])[] | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Save Packets As', prompt: 'Packet numbers: 1-100, 205, 310-',
    validateInput: (typed) => (parseRanges(typed) === undefined ? 'Write numbers and ranges, such as 1-100, 205, 310-' : undefined),
  });
  return text === undefined ? undefined : parseRanges(text);
}

/** Shows how far a save is, and lets the user end it. */
export function withSaveProgress(session: EngineLease['session'], title: string, save: () => Promise<SaveResult>): Promise<SaveResult> {
  return notifyProgress(title, async (progress, token) => {
    let shown = 0;
    const listening = session.onSaveProgress(({ done, total }) => {
      const percent = total === 0 ? 0 : (100 * done) / total;
      progress.report({ increment: percent - shown });
      shown = percent;
    });
    token.onCancellationRequested(() => { void session.api.saveCancel(undefined); });
    try {
      return await save();
    } finally {
      listening.dispose();
    }
  });
}

/** Says what was saved and what of it was not, and offers to open it. */
export async function tellSaved({ packets, lost }: SaveResult, target: vscode.Uri): Promise<void> {
  const said = [`${packets.toLocaleString('en-US')} packets saved to ${basename(target.fsPath)}.`, ...lost].join(' ');
  const open = 'Open';
  if (await notify.information(said, open) === open) {
    await vscode.commands.executeCommand('vscode.open', target);
  }
}
