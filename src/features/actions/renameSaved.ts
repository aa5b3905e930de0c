/** "Rename Capture…": another name in the same folder, with the same ending. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { mustRest, savedFileOf } from './savedFile.ts';

export const renameSaved: TreeAction = {
  command: Command.renameSaved,
  async run(node, { captures, refresh }) {
    const file = savedFileOf(node);
    mustRest(file, captures, 'renamed');
    const [ending = ''] = /\.(?:pcapng|pcap|cap)(?:\.\w+)?$/.exec(file.name) ?? [];
    const whole = (text: string): string => (text.trim().endsWith(ending) ? text.trim() : `${text.trim()}${ending}`);
    const text = await vscode.window.showInputBox({
      title: `Rename ${file.name}`, value: file.name, valueSelection: [0, file.name.length - ending.length],
      validateInput: (input) => {
        const name = whole(input);
        if (name === ending || /[/\\\0]/.test(name) || name.startsWith('.')) return 'A file name without "/".';
        return name !== file.name && existsSync(join(file.folder, name)) ? `${name} is there already.` : undefined;
      },
    });
    if (text === undefined || whole(text) === file.name) return;
    renameSync(file.path, join(file.folder, whole(text)));
    captures.saved.rename(file.name, whole(text));
    refresh();
  },
};
