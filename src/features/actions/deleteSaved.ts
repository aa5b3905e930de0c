/** "Delete Capture…": asks, then the file is gone for good. */
import { rmSync } from 'node:fs';
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { mustRest, savedFileOf } from './savedFile.ts';
import { notify } from '../notify.ts';

export const deleteSaved: TreeAction = {
  command: Command.deleteSaved,
  async run(node, { captures, refresh }) {
    const file = savedFileOf(node);
    mustRest(file, captures, 'deleted');
    const yes = 'Delete';
    const answer = await notify.warning(`Delete ${file.name}?`, { modal: true, detail: 'The packets in it cannot be had again.' }, yes);
    if (answer !== yes) return;
    rmSync(file.path, { force: true });
    captures.saved.forget(file.name);
    refresh();
  },
};
