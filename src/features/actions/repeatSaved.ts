/** "Capture Again": what a saved capture was taken of, once more, into a new file. */
import { Command } from '../../contract/contributions.ts';
import type { TreeAction } from './action.ts';
import { savedFileOf } from './savedFile.ts';

export const repeatSaved: TreeAction = {
  command: Command.repeatSaved,
  async run(node, { captures, refresh }) {
    await captures.restart(savedFileOf(node).path);
    refresh();
  },
};
