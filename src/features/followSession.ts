/** A followed stream and its page: answers the page from the capture's engine. Free of vscode, so that tests share it. */
import { basename } from 'node:path';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { serve, type Server } from '../base/rpc.ts';
import type { FollowApi, FollowEvents, FollowInfo, FollowOffer } from '../contract/follow.ts';
import type { Handlers, RequestMessage } from '../contract/rpc.ts';
import type { EngineLease } from '../engine/client.ts';

/** What of a webview the page needs. */
export interface FollowChannel {
  postMessage(message: unknown): PromiseLike<boolean>;
  onDidReceiveMessage(receive: (message: RequestMessage<FollowApi>) => void): Disposable;
}

/** What lies outside the page. */
export interface FollowSurroundings {
  /** Selects a packet in the capture's tab. */
  goTo(frame: number): void;
  /** Shows only these packets there; undefined: again what was shown before. */
  showOnly(filter: string | undefined): void;
  /** A place for the raw bytes, undefined when the user wants none. */
  chooseFile(suggested: string): Promise<string | undefined>;
}

export class FollowSession implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly lease: EngineLease;
  private readonly surroundings: FollowSurroundings;
  private readonly server: Server<FollowEvents>;
  private offer: FollowOffer;
  private info: Promise<FollowInfo>;
  private isClosed = false;

  /** The lease is this session's own from now on. */
  public constructor(channel: FollowChannel, lease: EngineLease, offer: FollowOffer, surroundings: FollowSurroundings) {
    this.lease = this.owned.add(lease);
    this.offer = offer;
    this.surroundings = surroundings;
    this.info = this.follow();
    this.server = serve<FollowApi, FollowEvents>({
      send: (message) => {
        if (!this.isClosed) {
          void channel.postMessage(message);
        }
      },
      onMessage: (receive) => { this.owned.add(channel.onDidReceiveMessage(receive)); },
    }, this.handlers());
    this.owned.add(lease.session.onProblem((problem) => { this.server.emit('problem', problem); }));
    this.owned.add(lease.session.onRestarted(() => { void this.restart(); }));
  }

  public dispose(): void {
    this.isClosed = true;
    // Until its engine has closed the stream the places of its bytes take room there.
    void this.info.then(({ id }) => this.lease.session.api.followClose({ id })).catch(() => undefined)
      .finally(() => { this.owned.dispose(); });
  }

  private async follow(): Promise<FollowInfo> {
    await this.lease.session.opened();
    return this.lease.session.api.follow(this.offer);
  }

  private async restart(): Promise<void> {
    this.info = this.follow();
    try {
      this.server.emit('restarted', await this.started());
    } catch (thrown) {
      if (!isCancelled(thrown)) {
        this.server.emit('problem', toProblem(thrown, 'Following the stream'));
      }
    }
  }

  private async started(): Promise<FollowInfo & { readonly fileName: string }> {
    return { ...await this.info, fileName: basename(this.lease.session.path) };
  }

  private handlers(): Handlers<FollowApi> {
    const { surroundings } = this;
    const api = (): typeof this.lease.session.api => this.lease.session.api;
    return {
      start: () => this.started(),
      change: async ({ layer }) => {
        const before = await this.info;
        const next = { layer, stream: this.offer.stream };
        const info = await api().follow(next);
        this.offer = next;
        this.info = Promise.resolve(info);
        await api().followClose({ id: before.id });
        return info;
      },
      rows: async (request, signal) => {
        const page = await api().followRows({ ...request, id: (await this.info).id }, { signal });
        // A view into a shared chunk of the engine's channel: the page gets an exact copy.
        return { ...page, bytes: new Uint8Array(page.bytes) };
      },
      find: async (request, signal) => api().followFind({ ...request, id: (await this.info).id }, { signal }),
      rowOf: async (request) => api().followRowOf({ ...request, id: (await this.info).id }),
      goTo: ({ frame }) => { surroundings.goTo(frame); },
      filter: async ({ on }) => { surroundings.showOnly(on ? (await this.info).filter : undefined); },
      saveRaw: async ({ side }) => {
        const { id, layer, stream } = await this.info;
        const path = await surroundings.chooseFile(`${layer}-stream-${String(stream)}${side < 0 ? '' : `-node-${String(side)}`}.bin`);
        if (path === undefined) {
          return false;
        }
        await api().followSave({ id, side, path, input: this.lease.session.path });
        return true;
      },
    };
  }
}
