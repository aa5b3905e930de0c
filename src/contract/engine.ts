/**
 * The engine process as its host sees it: one process serves one capture file to every tab that shows it.
 * Types only. The process is src/engine/process.ts, the host's side src/engine/client.ts.
 */
import type {
  CaptureStatus, EngineSettings, FieldInfo, FilterCheck, FilterStatus, PacketDetail, RowPage,
} from './capture.ts';
import type { Conversations } from './conversations.ts';
import type { FieldValues, LanguageTables } from './language.ts';
import type { SaveEngineApi, StreamEngineApi } from './engineStreams.ts';
import type { Problem } from './rpc.ts';
import type { SaveProgress } from './save.ts';
import type { EngineViewApi, EngineViewEvents } from './viewing.ts';

/** A tab's own view of the file: which packets its filter shows. Chosen by the host, unique per engine. */
export type ViewId = number;

export interface OpenRequest {
  readonly path: string;
  readonly settings: EngineSettings;
}

export interface RowsRequest {
  readonly view: ViewId;
  /** First row of the list asked, from 0. */
  readonly from: number;
  readonly count: number;
  /** Rows the view's filter shows, or all packets. */
  readonly filtered: boolean;
}

export interface RowOfRequest {
  readonly view: ViewId;
  readonly frame: number;
  readonly filtered: boolean;
}

/** A packet's tree, and the start of each of its byte sources. */
export interface PacketData {
  readonly detail: PacketDetail;
  /** In the order of `detail.sources`: the first bytes of each, at most kInlineBytes; more by `bytes`. */
  readonly sources: readonly Uint8Array[];
}

export interface BytesRequest {
  readonly frame: number;
  readonly source: number;
  readonly offset: number;
  /** At most 32 KiB are answered. */
  readonly length: number;
}

export interface FilterRequest {
  readonly view: ViewId;
  /** '' shows every packet. */
  readonly text: string;
  /**
   * The view has this filter already: only packets added since then are looked at. What later packets change about earlier
   * ones (a response that is found) is not seen until the filter is applied anew.
   */
  readonly extend?: boolean;
}

export interface EngineApi extends EngineViewApi, StreamEngineApi, SaveEngineApi {
  /** First call; indexing starts with it. Fails with code 'file' when the file cannot be read at all. */
  open(request: OpenRequest): CaptureStatus;
  rows(request: RowsRequest): RowPage;
  packet(request: { readonly frame: number }): PacketData;
  bytes(request: BytesRequest): Uint8Array;
  /** Row of a frame, or of the next one shown; -1 when there is none. */
  rowOf(request: RowOfRequest): number;
  /** A newer filter of the same view ends an older one, which then fails with 'cancelled'. */
  setFilter(request: FilterRequest): FilterStatus;
  checkFilter(request: { readonly text: string }): FilterCheck;
  /** The answer to each text; needs no open file. */
  checkFilters(request: { readonly texts: readonly string[] }): readonly FilterCheck[];
  fields(): readonly FieldInfo[];
  /** What completion and hover are made of; needs no open file. */
  language(): LanguageTables;
  /** The most frequent values of a field among the first packets; a newer call ends an older one. */
  fieldValues(request: { readonly field: string }): FieldValues;
  /** Who talked to whom in the packets indexed so far; a newer call ends an older one. */
  conversations(): Conversations;
  /** Stops indexing and filtering; what was read so far stays. */
  cancel(): void;
  /** The view's tab is closed: forget its filter. */
  closeView(request: { readonly view: ViewId }): void;
}

export interface EngineEvents extends EngineViewEvents {
  readonly status: CaptureStatus;
  readonly filterProgress: { readonly view: ViewId; readonly status: FilterStatus };
  readonly saveProgress: SaveProgress;
  /** Found without being asked: the file was replaced or cut while it was open. */
  readonly problem: Problem;
}
