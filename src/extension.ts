/** The extension's composition root: makes what features share and registers them. */
import * as vscode from 'vscode';
import { registerCaptureEditor } from './features/captureEditor.ts';

/** What other extensions, and this one's in-host tests, get from `activate`. */
export interface StratoSharkApi {
  /** The engine processes now: which file, which process (undefined: ended). */
  readonly engines: () => readonly { readonly path: string; readonly pid: number | undefined }[];
}

export function activate(context: vscode.ExtensionContext): StratoSharkApi {
  const log = vscode.window.createOutputChannel('StratoShark', { log: true });
  context.subscriptions.push(log);
  const engines = registerCaptureEditor(context, log);
  return {
    engines: () => engines.sessions.map(({ path, pid }) => ({ path, pid })),
  };
}
