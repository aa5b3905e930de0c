/** Which commands the capture editor's page carries out. Free of vscode, so that tests of the page share it. */
import { Command } from '../contract/contributions.ts';
import type { EditorCommand } from '../contract/editor.ts';
import { PageAction, type PageActionName } from '../contract/pageActions.ts';

/** What the page is told for each command id. */
export const editorCommands: ReadonlyMap<string, EditorCommand> = new Map<string, EditorCommand>([
  [Command.focusFilter, { kind: 'focusFilter' }],
  [Command.clearFilter, { kind: 'clearFilter' }],
  [Command.saveFilter, { kind: 'saveFilter' }],
  ...(Object.keys(PageAction) as PageActionName[]).map((name): [string, EditorCommand] => [PageAction[name], { kind: 'action', name }]),
]);
