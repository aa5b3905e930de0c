/** "Open in Wireshark", where it is installed and there is a desktop to show it on. */
import * as vscode from 'vscode';
import { Command, ContextKey } from '../contract/contributions.ts';
import { findProgram, startProgram, wiresharkArguments } from './programs.ts';
import { notify } from './notify.ts';

/** `path` gives the capture of the active tab. */
export function registerOpenInWireshark(path: () => string | undefined): vscode.Disposable {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  const program = (): string | undefined => (isDesktop ? findProgram('wireshark', process.env['PATH'] ?? '') : undefined);
  void vscode.commands.executeCommand('setContext', ContextKey.hasWireshark, program() !== undefined);
  return vscode.commands.registerCommand(Command.openInWireshark, () => {
    const [wireshark, file] = [program(), path()];
    if (wireshark === undefined || file === undefined) {
      return;
    }
    startProgram(wireshark, wiresharkArguments(file)).catch((error: unknown) => {
      void notify.error(`Wireshark could not be started: ${error instanceof Error ? error.message : String(error)}.`);
    });
  });
}
