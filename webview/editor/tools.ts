/** What actions of the capture page work with. */
import type { PacketRow, TreeNode } from '../../src/contract/capture.ts';
import type { EditorApi, EditorEvents } from '../../src/contract/editor.ts';
import type { PacketData } from '../../src/contract/engine.ts';
import type { ColumnChoice, Preferences } from '../../src/contract/preferences.ts';
import type { Connection } from '../../src/base/rpc.ts';
import type { DetailPane } from './detailPane.ts';
import type { PacketMarks } from './marks.ts';
import type { PacketList } from './packetList.ts';
import type { SavedState } from './state.ts';

/** The page as its features see it. */
export interface EditorContext {
  readonly host: Connection<EditorApi, EditorEvents>;
  readonly state: SavedState;
  readonly list: PacketList;
  readonly details: DetailPane;
  /** Where bars above the panes go. */
  readonly bars: HTMLElement;
  /** Text in the filter bar, applied or not. */
  filterText(): Promise<string>;
  prepareFilter(text: string): void;
  applyFilter(text: string): void;
  /** The filter applied again: what it must leave out has changed. */
  reapplyFilter(): void;
  readonly isFiltered: boolean;
  /** The same rows in another order: the selected packet stays selected. */
  rearrange(): Promise<void>;
  /** Place in the status line for what holds of the whole capture. */
  readonly statusItems: HTMLElement;
  /** A line for people, in the status line. */
  say(text: string): void;
  /** For what the user started: its failure is shown. */
  attempt(work: Promise<unknown>): void;
  /** Shows the selected packet anew. */
  showAgain(): void;
}

export interface Tools extends EditorContext {
  readonly marks: PacketMarks;
  readonly preferences: Preferences;
  change(change: Partial<Preferences>): void;
  /** All column choices, hidden ones too. */
  readonly columns: readonly ColumnChoice[];
  /** Sends the look to the engine and has the rows made anew. */
  renewLook(): void;
  /** The selected packet; undefined when there is none. */
  readonly packet: PacketRow | undefined;
  /** Its dissection. */
  packetData(): Promise<PacketData>;
  /** Selects a packet if it is displayed, and says so if not. */
  goTo(frame: number): Promise<void>;
}

/** What the keys are about now: a field of the tree, or a cell of the list. */
export interface Selected {
  readonly node: TreeNode | undefined;
  /** Display filter for it, '' for none. */
  readonly filter: string;
}
