/** "Reveal in File Manager": the file where it lies; told where no file manager of this machine can show it. */
import * as vscode from 'vscode';
import { Command } from '../../contract/contributions.ts';
import { notify } from '../notify.ts';
import type { TreeAction } from './action.ts';
import { savedFileOf } from './savedFile.ts';

const kCopy = 'Copy Path';

export const revealSaved: TreeAction = {
  command: Command.revealSaved,
  async run(node) {
    const { path } = savedFileOf(node);
    const file = vscode.Uri.file(path);
    const { env, workspace, commands } = vscode;
    if (workspace.getWorkspaceFolder(file) !== undefined) await commands.executeCommand('revealInExplorer', file);
    // In a browser, and with files of a remote machine, VS Code has no such command.
    else if (env.uiKind === vscode.UIKind.Desktop && env.remoteName === undefined) await commands.executeCommand('revealFileInOS', file);
    else if (await notify.information(`The capture lies on the machine that the extension runs on: ${path}`, kCopy) === kCopy) await env.clipboard.writeText(path);
  },
};
