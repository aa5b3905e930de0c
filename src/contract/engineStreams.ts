/** What the engine process answers about followed streams, saving and users' changes. Types only. */
import type {
  FollowFindRequest, FollowInfo, FollowOffer, FollowPage, FollowRowsRequest, FollowView,
} from './follow.ts';
import type { PacketEdit, SaveRequest, SaveResult } from './save.ts';

export interface StreamEngineApi {
  /** What can be followed from a packet: the transport's stream first. */
  followOffers(request: { readonly frame: number }): readonly FollowOffer[];
  follow(request: FollowOffer): FollowInfo;
  followRows(request: FollowRowsRequest & { readonly id: number }): FollowPage;
  followFind(request: FollowFindRequest & { readonly id: number }): number;
  followRowOf(request: { readonly id: number; readonly view: FollowView; readonly offset: number }): number;
  /** Writes the bytes of a side (-1 both) to a file, which may not be `input`. */
  followSave(request: { readonly id: number; readonly side: -1 | 0 | 1; readonly path: string; readonly input: string }): void;
  followClose(request: { readonly id: number }): void;
}

export interface SaveEngineApi {
  /** Lays these over what the file says, for every answer from now on. */
  setEdits(request: { readonly edits: readonly PacketEdit[] }): void;
  save(request: SaveRequest & { readonly view: number }): SaveResult;
  saveCancel(): void;
  /** Packets marked in the file or by an edit. */
  marked(): readonly number[];
}
