/** The extension under test, and captures opened in it. */
import path from 'node:path';
import * as vscode from 'vscode';
import { type StratoSharkApi } from '../../../../src/extension.ts';
import { eventually } from '../hostTest.ts';

export const EXTENSION = 'stratoshark.stratoshark-kubernetes';

export async function api(): Promise<StratoSharkApi> {
  const extension = vscode.extensions.getExtension<StratoSharkApi>(EXTENSION);
  if (extension === undefined) throw new Error(`${EXTENSION} is not installed`);
  return extension.activate();
}

/** A capture of the folder that the tests run in. */
export function capture(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined) throw new Error('no folder is open');
  return vscode.Uri.joinPath(folder, name);
}

/** Opens as a double click does: the editor is VS Code's choice. */
export async function open(name: string, column = vscode.ViewColumn.One): Promise<vscode.Tab> {
  await vscode.commands.executeCommand('vscode.open', capture(name), column);
  return eventually(`${name} is the active tab`, () => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab?.label === name ? tab : undefined;
  });
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Waits for the engine of a capture and answers its process id. */
export async function engineOf(name: string): Promise<number> {
  const { engines } = await api();
  return eventually(`an engine for ${name}`, () => engines().find((e) => path.basename(e.path) === name)?.pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
