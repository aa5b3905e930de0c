/** Comments and marks of packets, as the capture page and its host speak of them. Types only. */

export interface NotesState {
  /** Packets with comments, and with marks, that the file does not have. */
  readonly unsaved: { readonly comments: number; readonly marks: number };
}

export interface EditorNotesApi {
  /** Comments of a packet, in order, in place of those it has; an empty list takes them away. */
  setComments(request: { readonly frame: number; readonly comments: readonly string[] }): void;
  setMarks(request: { readonly frames: readonly number[]; readonly marked: boolean }): void;
  /** Packets that are marked, ascending. */
  marked(): readonly number[];
  /** The user's wish to have all of it in the capture. */
  saveNotes(): void;
  /** Packets as a file of its own, while the capture may be there no more: the user is asked which and where to. */
  saveCopy(): void;
}

export interface EditorNotesEvents {
  /** What is said of packets changed: rows and details tell so from now on. */
  readonly notes: NotesState;
}
