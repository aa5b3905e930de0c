/** One tab of a capture: answers its page from the file's engine, and passes on what the engine tells. */
import { basename } from 'node:path';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Event } from '../base/event.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { serve, type Server } from '../base/rpc.ts';
import type { EditorApi, EditorCommand, EditorEvents, EditorPlace, EditorStart, KeyLogText } from '../contract/editor.ts';
import type { PacketData, ViewId } from '../contract/engine.ts';
import type { LiveState } from '../contract/live.ts';
import type { FollowLayer } from '../contract/follow.ts';
import type { Handlers, RequestMessage } from '../contract/rpc.ts';
import type { FindProgress } from '../contract/viewing.ts';
import type { EngineLease } from '../engine/client.ts';
import type { CaptureNotes } from './captureNotes.ts';
import { filterHandlers, type FilterHelp } from './filterHelp.ts';
import type { PreferenceStore } from './preferenceStore.ts';
import { viewHandlers } from './tabViewing.ts';

/** What of a webview a tab needs. */
export interface PageChannel {
  postMessage(message: unknown): PromiseLike<boolean>;
  onDidReceiveMessage(receive: (message: RequestMessage<EditorApi>) => void): Disposable;
}

/** The captures that write files now, by path. */
export interface LiveFiles {
  readonly onChanged: Event<{ readonly path: string; readonly state: LiveState }>;
  stateOf(path: string): LiveState | undefined;
  stop(path: string): void;
  pause(path: string, on: boolean): void;
  restart(path: string): Promise<void>;
}

/** What lies outside the tab and its engine. */
export interface TabSurroundings {
  /** Opens a page for the stream of a packet. */
  followStream(request: { readonly frame: number; readonly layer?: FollowLayer }): Promise<void>;
  /** Comments and marks of the capture; rejects when its file cannot be opened. */
  readonly notes: () => Promise<CaptureNotes>;
  /** Where a page was left, once, if its own state is older. */
  leftPlace(): EditorPlace | undefined;
  keepPlace(place: EditorPlace): void;
  /** Brings them into the capture, asking first. */
  saveNotes(): Promise<void>;
  /** Asks for packets and a file, and saves them. */
  saveCopy(lease: EngineLease): Promise<void>;
}

const alone: TabSurroundings = {
  followStream: () => Promise.reject(new Error('there is no place for another page')),
  notes: () => Promise.reject(new Error('there is no place for notes')),
  leftPlace: () => undefined,
  keepPlace: () => undefined,
  saveNotes: () => Promise.reject(new Error('there is no place for notes')),
  saveCopy: () => Promise.reject(new Error('there is no place for a copy')),
};

export class CaptureTab implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly server: Server<EditorEvents>;
  private readonly leased: Promise<EngineLease>;
  private readonly help: FilterHelp;
  private readonly surroundings: TabSurroundings;
  private readonly preferences: PreferenceStore;
  private readonly live: LiveFiles | undefined;
  private reopening = false;
  private isClosed = false;
  private readonly painted = Promise.withResolvers<undefined>();

  /** `leased` may reject: the page then shows why. */
  public constructor(
    webview: PageChannel, leased: Promise<EngineLease>,
    preferences: PreferenceStore, help: FilterHelp, onPainted: () => void, addKeys: (log: KeyLogText) => void,
    live?: LiveFiles, surroundings = alone,
  ) {
    this.live = live;
    this.surroundings = surroundings;
    this.leased = leased;
    this.preferences = preferences;
    this.help = help;
    this.server = serve<EditorApi, EditorEvents>({
      send: (message) => {
        // A closed webview throws; what still arrives for it is of no use.
        if (!this.isClosed) {
          void webview.postMessage(message);
        }
      },
      onMessage: (receive) => { this.owned.add(webview.onDidReceiveMessage(receive)); },
    }, this.handlers(onPainted, addKeys));
    this.owned.add(preferences.onChanged((changed) => { this.server.emit('preferences', changed); }));
    leased.then((lease) => { this.listen(lease); }, () => undefined);
    surroundings.notes().then((notes) => {
      this.owned.add(notes.onChanged((state) => { this.server.emit('notes', state); }));
    }, () => undefined);
    this.owned.add(help.store.onDidChange((lists) => { this.server.emit('filterLists', lists); }));
  }

  public send(command: EditorCommand): void {
    this.server.emit('command', command);
  }

  /** The page shows rows: from now on it acts on commands. */
  public get whenPainted(): Promise<undefined> {
    return this.painted.promise;
  }

  /** The tab's share in the file's engine, with its own view. */
  public get lease(): Promise<EngineLease> {
    return this.leased;
  }

  public async reopen(): Promise<void> {
    (await this.leased).session.restart();
  }

  public dispose(): void {
    this.isClosed = true;
    this.owned.dispose();
  }

  private listen(lease: EngineLease): void {
    const { session, view } = lease;
    this.owned.add(lease);
    this.owned.add(session.onStatus((status) => { this.server.emit('status', status); }));
    this.owned.add(session.onProblem((problem) => { this.server.emit('problem', problem); }));
    this.owned.add(session.onFilterProgress((progress) => {
      if (progress.view === view) {
        this.server.emit('filterProgress', progress.status);
      }
    }));
    const relay = (event: 'findProgress' | 'sortProgress') => ({ view: of, ...progress }: FindProgress & { readonly view: ViewId }): void => {
      if (of === view) {
        this.server.emit(event, progress);
      }
    };
    this.owned.add(session.onFindProgress(relay('findProgress')));
    this.owned.add(session.onSortProgress(relay('sortProgress')));
    if (this.live !== undefined) {
      this.owned.add(this.live.onChanged(({ path, state }) => {
        if (path === session.path) {
          this.server.emit('live', state);
        }
      }));
    }
    this.owned.add(session.onRestarted(() => { void this.tellReopened(lease); }));
  }

  /** The tab whose user asked gets its start as the answer; the other tabs of the file are told here. */
  private async tellReopened(lease: EngineLease): Promise<void> {
    if (this.reopening) {
      return;
    }
    try {
      this.server.emit('reopened', await this.startOf(lease));
    } catch (thrown) {
      if (!isCancelled(thrown)) {
        this.server.emit('problem', toProblem(thrown, 'Reopening the file'));
      }
    }
  }

  private handlers(onPainted: () => void, addKeys: (log: KeyLogText) => void): Handlers<EditorApi> {
    return {
      ...viewHandlers(this.leased, this.preferences),
      start: async () => {
        const start = await this.startOf(await this.leased);
        const place = this.surroundings.leftPlace();
        return { ...start, ...(place === undefined ? {} : { place }) };
      },
      keepPlace: (place) => { this.surroundings.keepPlace(place); },
      rows: async (request, signal) => {
        const { session, view } = await this.leased;
        return session.api.rows({ ...request, view }, { signal });
      },
      packet: async (request, signal) => {
        const { session } = await this.leased;
        return exactPacket(await session.api.packet(request, { signal }));
      },
      bytes: async (request, signal) => {
        const { session } = await this.leased;
        return exact(await session.api.bytes(request, { signal }));
      },
      rowOf: async (request) => {
        const { session, view } = await this.leased;
        return session.api.rowOf({ ...request, view });
      },
      setFilter: async ({ text, extend = false }, signal) => {
        const { session, view } = await this.leased;
        const status = await session.api.setFilter({ view, text, extend }, { signal });
        this.help.store.remember(text);
        return status;
      },
      ...filterHandlers(this.leased, this.help),
      checkFilter: async (request, signal) => {
        const { session } = await this.leased;
        return session.api.checkFilter(request, { signal });
      },
      followStream: (request) => this.surroundings.followStream(request),
      setComments: async ({ frame, comments }) => (await this.surroundings.notes()).setComments(frame, comments),
      setMarks: async ({ frames, marked }) => (await this.surroundings.notes()).setMarks(frames, marked),
      marked: async () => (await this.surroundings.notes()).marked(),
      saveNotes: () => this.surroundings.saveNotes(),
      saveCopy: async () => this.surroundings.saveCopy(await this.leased),
      cancel: async () => {
        const { session } = await this.leased;
        return session.api.cancel(undefined);
      },
      stopCapture: async () => { this.live?.stop((await this.leased).session.path); },
      pauseCapture: async ({ on }) => { this.live?.pause((await this.leased).session.path, on); },
      restartCapture: async () => { await this.live?.restart((await this.leased).session.path); },
      addKeys,
      reopen: () => this.restart(),
      painted: () => {
        this.painted.resolve(undefined);
        onPainted();
      },
    };
  }

  private async restart(): Promise<EditorStart> {
    const lease = await this.leased;
    this.reopening = true;
    try {
      lease.session.restart();
      return await this.startOf(lease);
    } finally {
      this.reopening = false;
    }
  }

  private async startOf({ session }: EngineLease): Promise<EditorStart> {
    const status = await session.opened();
    const live = this.live?.stateOf(session.path);
    const { state: notes } = await this.surroundings.notes();
    return { fileName: basename(session.path), status, preferences: this.preferences.read(), notes, ...(live === undefined ? {} : { live }) };
  }
}

/** Bytes that came over the engine's channel are views into a shared chunk: the page gets exact copies. */
const exact = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const exactPacket = ({ detail, sources }: PacketData): PacketData => ({ detail, sources: sources.map(exact) });
