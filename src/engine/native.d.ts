import type { FollowOffer, FollowRowsRequest, FollowView } from '../contract/follow.ts';
import type { ReadOptions, WriteOptions } from '../contract/read.ts';
import type { PacketEdit, SaveRequest } from '../contract/save.ts';

/**
 * The addon (native/binding), as TypeScript sees it. Everything structured crosses as JSON text
 * whose shapes are in src/contract/capture.ts. Only src/engine imports the addon.
 */
export interface NativeCapture {
  /**
   * Indexes on a worker thread. `onStatus` gets a CaptureStatus as JSON at most every 50 ms and once
   * with state ready/cancelled/failed. Rows and details may be asked for meanwhile.
   */
  index(onStatus: (statusJson: string) => void): void;
  /** CaptureStatus as JSON, now. */
  status(): string;
  /**
   * RowPage as JSON. `from` counts rows of the list (from 0): all packets, or those displayed.
   * `view` (default 0) says whose filter: two tabs of one file filter apart on one index.
   */
  rows(from: number, count: number, filtered: boolean, view?: number): Promise<string>;
  /** Frame number from 1. `json` is a PacketDetail; `sources[i]` are the bytes of its i-th source. */
  packet(frame: number): Promise<{ readonly json: string; readonly sources: readonly Uint8Array[] }>;
  /** Row of a frame in the filtered list, or the nearest after it, -1 when none. */
  rowOf(frame: number, filtered: boolean, view?: number): number;
  /**
   * Applies a filter to a view ('' clears and frees it); with `extend`, the one it has to packets added since then. A newer call for the same view cancels an older one.
   * `onProgress` gets FilterStatus as JSON; resolves with the last. Rejects with the message of an invalid filter.
   */
  filter(text: string, onProgress: (json: string) => void, view?: number, extend?: boolean): Promise<string>;
  /**
   * FieldValues as JSON: the most frequent values of a field among the first `packets` packets indexed, looked at for
   * no longer than `milliseconds`. A newer call, or cancel(), ends an older one; its answer is what it had found.
   */
  fieldValues(field: string, packets: number, milliseconds: number): Promise<string>;
  /** Conversations as JSON, of the packets indexed so far. A newer call, or cancel(), ends an older one, whose answer is then not whole. */
  conversations(): Promise<string>;
  /** RowLook as JSON for a view; answers LookAnswer as JSON. */
  setLook(look: string, view: number): string;
  /** FindRequest as JSON; `onProgress` gets FindProgress. Resolves with FindAnswer, `cancelled` in it when ended. */
  find(request: string, onProgress: (json: string) => void, view: number): Promise<string>;
  cancelFind(view: number): void;
  /** RowOrder as JSON; `onProgress` gets FindProgress. Resolves with false when it was ended; rejects where it cannot be done. */
  sort(order: string, onProgress: (json: string) => void, view: number): Promise<boolean>;
  cancelSort(view: number): void;
  /** Looks for growth of the file and indexes what was added; resolves with CaptureStatus JSON. */
  refresh(): Promise<string>;
  /** FollowOffer[] as JSON. */
  followOffers(frame: number): Promise<string>;
  /** FollowInfo as JSON; rejects when there is no such stream. */
  follow(request: FollowOffer): Promise<string>;
  /** FollowRows as JSON and the rows' bytes. */
  followRows(request: FollowRowsRequest & { readonly id: number }): Promise<{ readonly json: string; readonly bytes: Uint8Array }>;
  followFind(request: { readonly id: number; readonly what: Uint8Array; readonly anyCase: boolean; readonly side: number; readonly from: number }): Promise<number>;
  followRowOf(request: { readonly id: number; readonly view: FollowView; readonly offset: number }): Promise<number>;
  /** Writes the raw bytes of a side (-1 both) to a file descriptor. */
  followSave(request: { readonly id: number; readonly fd: number; readonly side: number }): Promise<string>;
  followClose(id: number): void;
  /** What a user says of a packet from now on; without anything but the frame: as the file has it again. */
  setEdit(edit: PacketEdit): void;
  /** Writes packets to a descriptor; SaveResult as JSON. `onProgress` gets SaveProgress as JSON. */
  save(
    request: WriteOptions & Pick<SaveRequest, 'which' | 'ranges'> & { readonly view: number },
    onProgress: (json: string) => void,
  ): Promise<string>;
  /** The save under way rejects with "cancelled". */
  saveCancel(): void;
  /** {"frames": number[]} of the marked packets, as JSON. */
  marked(): Promise<string>;
  /** Stops whatever runs (index, filter). */
  cancel(): void;
  close(): void;
}

/** Reads a file that grows, as read() reads one that is whole. */
export interface NativeFollow {
  /** Prints what was added; false when nobody reads it any more. */
  step(write: (chunk: Uint8Array) => boolean, warn: (line: string) => void): boolean;
  /** Last; exit status as read(). */
  finish(write: (chunk: Uint8Array) => boolean, warn: (line: string) => void): number;
}

/** A live capture whose interfaces and output are open. */
export interface NativeLiveCapture {
  /** Runs it on a worker thread; `onStatus` gets LiveStatus as JSON, the result is the last one. Once. */
  run(onStatus: (statusJson: string) => void): Promise<string>;
  /** Captures there too from now on (LivePoint JSON), where the options say `points`. Throws as openLive. */
  add(point: string): void;
  /** Takes no new packets of the points with that key; those there are, are written. */
  retire(key: string): void;
  /** Leaves out packets of some flows of a point from now on, or no more (FlowsLeftOut JSON). */
  leaveOut(flows: string): void;
  /** Puts a comment on the next packet of a flow: FlowRemark's parts. */
  remark(comment: string, flows: string): void;
  /** Writes a whole pcapng block before packets to come. */
  note(block: Uint8Array): void;
  /** Writes a whole pcapng block at the beginning of each later file, until another of that key comes. */
  keep(key: string, block: Uint8Array): void;
  /** Where the options say `lastWords`, once the status is `drained`: nothing more is to be written. */
  finish(): void;
  /** Ends it: what the kernel has already is still written. */
  stop(): void;
}

/** The owners of sockets by eBPF. Everything is detached when it is closed, and when the process ends, however it ends. */
export interface NativeOwners {
  /** Replaces the list of network namespaces (JSON of OwnerOptions' `namespaces`). */
  allow(namespaces: string): void;
  /** Sockets that were there before, as role `existing`, come with the next poll(); after allow() of a new namespace, again. */
  scan(): void;
  /** OwnerBatch as JSON: what came since the last call, at most some thousand events (call again when `events` is not empty). Never blocks. */
  poll(): string;
  close(): void;
}

/** Address translation by the kernel's connection tracking, watched on a thread of its own. */
export interface NativeNat {
  /** What there is comes once more, as `existing`, with the next polls. */
  scan(): void;
  /** NatBatch as JSON: what came since the last call, at most some thousand entries. Never blocks. */
  poll(): string;
  close(): void;
}

export interface Native {
  version(): string;
  /** Throws Error with one sentence (cause and remedy) when the file cannot be read at all. settings: EngineSettings JSON. */
  open(path: string, settings: string): NativeCapture;
  /** FieldInfo[] as JSON. */
  fields(): string;
  /** DecodeTables as JSON. */
  decodeTables(): string;
  /** LanguageTables as JSON. */
  language(): string;
  /** FilterCheck as JSON. */
  checkFilter(text: string): string;
  /** Stages of a filter's compilation as text lines (for `filter explain`); throws when invalid. */
  explainFilter(text: string): string;
  /**
   * The reading part of the command line; blocks. `write` gets chunks of stdout and returns false when nobody reads
   * them any more, `warn` lines of stderr. Returns the exit status: 0 whole, 2 damaged, 64 usage, 1 other failure.
   */
  read(options: ReadOptions, write: (chunk: Uint8Array) => boolean, warn: (line: string) => void): number;
  /** Opens a file that grows for printing; throws Error with `status`, an exit status, after the reason went to `warn`. */
  follow(options: ReadOptions, write: (chunk: Uint8Array) => boolean, warn: (line: string) => void): NativeFollow;
  /** Frames each filter matches after two passes, written as JSON {id: "1-5,7"}, "!" = rejected; exit status as read(). */
  matchFilters(
    options: ReadOptions,
    filters: Readonly<Record<string, string>>,
    write: (chunk: Uint8Array) => boolean,
    warn: (line: string) => void,
  ): number;
  /**
   * Opens a live capture (options: LiveOptions JSON). Throws Error with one sentence, `code` (LiveErrorCode) and, for a
   * filter, the word that is meant by `start` and `length` in bytes of UTF-8.
   */
  openLive(options: string): NativeLiveCapture;
  /** LiveInterface[] as JSON. */
  liveInterfaces(): string;
  /** CaptureFilterCheck as JSON, as for `any`. Host names in the filter are looked up. */
  checkCaptureFilter(text: string): string;
  /** Index, in this process's network namespace, of the device whose other end is `device` of the namespace at that path; 0: none. */
  linkPeer(netns: string, device: string): number;
  /**
   * Loads the eBPF programs (options: OwnerOptions JSON). With a capture that does not run yet, connections that existed before
   * are told of when they have a packet in it. Throws Error with one sentence where this machine, or the user, may not.
   */
  openOwners(options: string, capture?: NativeLiveCapture): NativeOwners;
  /**
   * Watches the translation of a network namespace (a path as /proc/PID/ns/net; '' this process's); `capture` as openOwners().
   * Throws Error with one sentence where this user may not.
   */
  openNat(netns: string, capture?: NativeLiveCapture): NativeNat;
  /** EbpfFeature[] as JSON: each program loaded, attached and taken away again, alone. */
  ebpfFeatures(): string;
  /** All threads of this process let others go first, as far as that costs them no share of the CPU; what watches translation does not. */
  giveWay(): void;
  /** Asks the kernel to kill this process when its parent ends, however that ends. */
  dieWithParent(): boolean;
}
