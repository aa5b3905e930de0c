/** The extension's composition root: makes what features share and registers them. */
import * as vscode from 'vscode';
import { registerCaptureEditor } from './features/captureEditor.ts';
import { registerLocalCaptures } from './features/captureHere.ts';
import { registerClusters } from './features/clusters.ts';
import { registerFilterFiles } from './features/filterFiles.ts';
import { registerGettingStarted } from './features/gettingStarted.ts';
import { registerPolicies } from './features/policies.ts';

/** What other extensions, and this one's in-host tests, get from `activate`. */
export interface StratoSharkApi {
  /** The engine processes now: which file, which process (undefined: ended). */
  readonly engines: () => readonly { readonly path: string; readonly pid: number | undefined }[];
  /** Milliseconds from a file's being asked for to its first painted rows, by path. */
  readonly firstRows: ReadonlyMap<string, number>;
}

export function activate(context: vscode.ExtensionContext): StratoSharkApi {
  const log = vscode.window.createOutputChannel('StratoShark', { log: true });
  context.subscriptions.push(log);
  const captures = registerLocalCaptures(context);
  const editor = registerCaptureEditor(context, log, registerFilterFiles(context, log), captures);
  registerPolicies(context, log, editor, registerClusters(context, captures, log));
  registerGettingStarted(context, log);
  const { engines, firstRows } = editor;
  return {
    firstRows,
    engines: () => engines.sessions.map(({ path, pid }) => ({ path, pid })),
  };
}
