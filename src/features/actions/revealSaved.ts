/** "Reveal in File Manager": the file where it lies. */
import * as vscode from 'vscode';
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { savedFileOf } from './savedFile.ts';

export const revealSaved: TreeAction = {
  command: Command.revealSaved,
  async run(node) {
    await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(savedFileOf(node).path));
  },
};
