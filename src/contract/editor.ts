/**
 * The capture editor's page as the extension host sees it, and the other way round. Types only.
 * The page is webview/editor, the host's side src/features/editor*.ts.
 */
import type { CaptureStatus, FilterCheck, FilterStatus, RowPage } from './capture.ts';
import type { BytesRequest, PacketData, RowOfRequest, RowsRequest } from './engine.ts';
import type { LiveState } from './live.ts';
import type {
  FilterCompletions, FilterHover, FilterLists, FilterPlace, FilterSignature,
} from './language.ts';
import type { FollowLayer } from './follow.ts';
import type { EditorNotesApi, EditorNotesEvents, NotesState } from './notes.ts';
import type { PageActionName } from './pageActions.ts';
import type { Preferences } from './preferences.ts';
import type { Problem } from './rpc.ts';
import type { EditorViewApi, EditorViewEvents } from './viewing.ts';

/** What a page shows of the capture. */
export interface EditorPlace {
  /** The filter applied, '' for none. */
  readonly filter: string;
  /** Frame selected, 0: none. */
  readonly frame: number;
  /** First row in view, from 0. */
  readonly top: number;
}

/** Answer to the page's first call. */
export interface EditorStart {
  readonly fileName: string;
  readonly status: CaptureStatus;
  readonly preferences: Preferences;
  readonly notes: NotesState;
  /** Where the page was left, if the state that VS Code gives it is an older one. */
  readonly place?: EditorPlace;
  /** The capture that writes this file, or wrote it since this window was opened. */
  readonly live?: LiveState;
}

/** A TLS key log (what SSLKEYLOGFILE names): `name` is for people. */
export interface KeyLogText {
  readonly name: string;
  readonly text: string;
}

export interface EditorApi extends EditorViewApi, EditorNotesApi {
  /** First call of the page; also after a reload. Waits for the engine; fails when the file cannot be opened. */
  start(): EditorStart;
  rows(request: Omit<RowsRequest, 'view'>): RowPage;
  packet(request: { readonly frame: number }): PacketData;
  bytes(request: BytesRequest): Uint8Array;
  rowOf(request: Omit<RowOfRequest, 'view'>): number;
  /** `extend`: as in FilterRequest. */
  setFilter(request: { readonly text: string; readonly extend?: boolean }): FilterStatus;
  checkFilter(request: { readonly text: string }): FilterCheck;
  /** What can stand at a place of the filter being written. */
  completeFilter(request: FilterPlace): FilterCompletions;
  describeFilter(request: FilterPlace): FilterHover | undefined;
  filterSignature(request: FilterPlace): FilterSignature | undefined;
  /** Earlier and saved filters; later changes come as an event. */
  filterLists(): FilterLists;
  /** Asks the user for a name and saves the filter under it. */
  saveFilter(request: { readonly text: string }): void;
  /** Lets the user rename, delete and arrange saved filters. */
  manageFilters(): void;
  /** Decrypts with the keys of a log as well; all tabs of the file are told that it is read anew. */
  addKeys(log: KeyLogText): void;
  /** Opens the page of the packet's stream; fails when there is none. */
  followStream(request: { readonly frame: number; readonly layer?: FollowLayer }): void;
  /** Stops indexing and filtering. */
  cancel(): void;
  /** Ends the capture that writes this file. */
  stopCapture(): void;
  /** Leaves packets out for a while: of captures from a cluster. */
  pauseCapture(request: { readonly on: boolean }): void;
  /** The same once more, in another file and editor. */
  restartCapture(): void;
  /** The user's "Reopen": a fresh engine on the file as it is now, for all tabs of the file. */
  reopen(): EditorStart;
  /** Where the page is now. */
  keepPlace(place: EditorPlace): void;
  /** The first rows are on the screen. */
  painted(): void;
}

export interface EditorEvents extends EditorViewEvents, EditorNotesEvents {
  /** The capture that writes this file goes on or has ended. */
  readonly live: LiveState;
  readonly status: CaptureStatus;
  readonly filterProgress: FilterStatus;
  /** The engine ended, the file changed …: shown as a banner with "Reopen". */
  readonly problem: Problem;
  /** Another tab reopened the file: start anew. */
  readonly reopened: EditorStart;
  readonly filterLists: FilterLists;
  /** A key bound by VS Code, for the page to act on. */
  readonly command: EditorCommand;
}

export type EditorCommand =
  | { readonly kind: 'focusFilter' }
  | { readonly kind: 'clearFilter' }
  /** Save the text of the filter bar under a name. */
  | { readonly kind: 'saveFilter' }
  /** From another page: select this packet. */
  | { readonly kind: 'goTo'; readonly frame: number }
  /** Show only the packets of a filter, and select this one. */
  | { readonly kind: 'showFlow'; readonly filter: string; readonly frame: number }
  /** Show only these packets; '': again what was shown before that. */
  | { readonly kind: 'showOnly'; readonly filter: string }
  | { readonly kind: 'action'; readonly name: PageActionName };
