/** "Open in Wireshark", where it is installed and there is a desktop to show it on. */
import { spawn } from 'node:child_process';
import * as vscode from 'vscode';
import { Command, ContextKey } from '../contract/contributions.ts';
import { findProgram } from './programs.ts';
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
    // No shell, and the file's name is the value of an option: nothing in it is taken for one.
    const child = spawn(wireshark, ['-r', file], { detached: true, stdio: 'ignore' });
    child.on('error', (error) => { void notify.error(`Wireshark could not be started: ${error.message}.`); });
    child.unref();
  });
}
