/**
 * Answers the engine's API (src/contract/engine.ts) from one NativeCapture. Runs in the engine process only;
 * knows nothing of how messages travel.
 */
import { DisposableStore, toDisposable, type Disposable } from '../base/disposable.ts';
import { Newest } from '../base/newest.ts';
import { ProblemError, cancelled, isCancelled, toProblem } from '../base/problem.ts';
import type {
  CaptureStatus, FieldInfo, FilterCheck, FilterStatus, PacketDetail, RowPage,
} from '../contract/capture.ts';
import type { Conversations } from '../contract/conversations.ts';
import type {
  BytesRequest, EngineApi, EngineEvents, FilterRequest, OpenRequest, PacketData, RowOfRequest, RowsRequest, ViewId,
} from '../contract/engine.ts';
import type { FieldValues, LanguageTables } from '../contract/language.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { DecodeTables, FindAnswer, FindProgress, FindRequest, LookAnswer, RowLook, RowOrder } from '../contract/viewing.ts';
import { FileGuard } from './fileGuard.ts';
import { saveCalls, streamCalls } from './followCalls.ts';
import type { Native, NativeCapture } from './native.d.ts';
import { fitPage, kInlineBytes, kPageBytes, kPageRows } from './pages.ts';

/** How often a file that may grow is looked at, milliseconds: a live capture shows its packets while they are news. */
const kGrowthInterval = 300;

/** Packets looked at for the values of a field, and for how long at most, milliseconds: somebody is typing. */
const kValuePackets = 20_000;
const kValueTime = 150;

/** What the service tells without being asked. */
export type Emit = <K extends keyof EngineEvents>(event: K, data: EngineEvents[K]) => void;

interface OpenFile {
  readonly capture: NativeCapture;
  readonly guard: FileGuard;
}

interface CachedPacket {
  readonly frame: number;
  readonly sources: readonly Uint8Array[];
}

export class EngineService implements Handlers<EngineApi>, Disposable {
  private readonly owned = new DisposableStore();
  private readonly pages = new Map<ViewId, Newest<RowPage>>();
  private readonly load: () => Native;
  private readonly emit: Emit;
  private native: Native | undefined;
  private file: OpenFile | undefined;
  private path = '';
  private lastPacket: CachedPacket | undefined;

  /** `load` may throw a ProblemError: it is then the answer to `open`. */
  public constructor(load: () => Native, emit: Emit) {
    this.load = load;
    this.emit = emit;
  }

  // Methods are fields so that they are the object's own and keep `this` when the runtime calls them.

  public readonly open = ({ path, settings }: OpenRequest): CaptureStatus => {
    if (this.file !== undefined) {
      throw new Error('this engine already serves a file');
    }
    const native = (this.native ??= this.load());
    const guard = this.owned.add(FileGuard.open(path));
    const capture = openCapture(native, path, JSON.stringify(settings));
    this.owned.add(toDisposable(() => { capture.close(); }));
    this.file = { capture, guard };
    this.path = path;
    capture.index((json) => { this.emit('status', parse<CaptureStatus>(json)); });
    this.watchGrowth(this.file);
    return parse<CaptureStatus>(capture.status());
  };

  public readonly rows = (request: RowsRequest, signal: AbortSignal): Promise<RowPage> => {
    const { view, from, count, filtered } = request;
    const newest = this.pages.get(view) ?? new Newest<RowPage>();
    this.pages.set(view, newest);
    return newest.run(async () => {
      endIfAborted(signal);
      const { capture } = this.unchanged();
      return fitPage(parse<RowPage>(await capture.rows(from, Math.min(count, kPageRows), filtered, view)));
    });
  };

  public readonly packet = async ({ frame }: { readonly frame: number }, signal: AbortSignal): Promise<PacketData> => {
    endIfAborted(signal);
    const { capture } = this.unchanged();
    const { json, sources } = await capture.packet(frame);
    this.lastPacket = { frame, sources };
    return {
      detail: parse<PacketDetail>(json),
      sources: sources.map((bytes) => bytes.slice(0, kInlineBytes)),
    };
  };

  public readonly bytes = async ({ frame, source, offset, length }: BytesRequest): Promise<Uint8Array> => {
    const { capture } = this.unchanged();
    if (this.lastPacket?.frame !== frame) {
      this.lastPacket = { frame, sources: (await capture.packet(frame)).sources };
    }
    const all = this.lastPacket.sources[source];
    if (all === undefined) {
      throw new Error(`packet ${String(frame)} has no byte source ${String(source)}`);
    }
    return all.slice(offset, offset + Math.min(length, kPageBytes));
  };

  public readonly rowOf = ({ view, frame, filtered }: RowOfRequest): number =>
    this.opened().capture.rowOf(frame, filtered, view);

  public readonly setFilter = async ({ view, text, extend }: FilterRequest): Promise<FilterStatus> => {
    const { capture } = this.unchanged();
    const check = this.checkFilter({ text });
    if (!check.ok) {
      throw new ProblemError('invalid', check.error.message);
    }
    const progress = (json: string): void => {
      this.emit('filterProgress', { view, status: parse<FilterStatus>(json) });
    };
    const status = parse<FilterStatus>(await capture.filter(text, progress, view, extend ?? false));
    if (status.state === 'cancelled') {
      throw cancelled();
    }
    return status;
  };

  public readonly decodeTables = (): DecodeTables => parse<DecodeTables>(this.nativeLoaded().decodeTables());

  public readonly setLook = ({ view, look }: { readonly view: ViewId; readonly look: RowLook }): LookAnswer =>
    parse<LookAnswer>(this.opened().capture.setLook(JSON.stringify(look), view));

  public readonly find = async (
    request: FindRequest & { readonly view: ViewId }, signal: AbortSignal,
  ): Promise<FindAnswer> => {
    const { view } = request;
    const { capture } = this.unchanged();
    const progress = (json: string): void => { this.emit('findProgress', { view, ...parse<FindProgress>(json) }); };
    signal.addEventListener('abort', () => { capture.cancelFind(view); }, { once: true });
    const found = await capture.find(JSON.stringify(request), progress, view).catch(notPossible);
    const { frame, wrapped, cancelled: ended } = parse<FindAnswer & { readonly cancelled: boolean }>(found);
    if (ended) {
      throw cancelled();
    }
    return { frame, wrapped };
  };

  public readonly sort = async (request: RowOrder & { readonly view: ViewId }, signal: AbortSignal): Promise<void> => {
    const { view } = request;
    const { capture } = this.unchanged();
    const progress = (json: string): void => { this.emit('sortProgress', { view, ...parse<FindProgress>(json) }); };
    signal.addEventListener('abort', () => { capture.cancelSort(view); }, { once: true });
    if (!await capture.sort(JSON.stringify(request), progress, view).catch(notPossible)) {
      throw cancelled();
    }
  };

  public readonly checkFilter = ({ text }: { readonly text: string }): FilterCheck =>
    text.trim() === '' ? { ok: true, warnings: [] } : parse<FilterCheck>(this.nativeLoaded().checkFilter(text));

  public readonly checkFilters = ({ texts }: { readonly texts: readonly string[] }): readonly FilterCheck[] =>
    texts.map((text) => this.checkFilter({ text }));

  public readonly fields = (): readonly FieldInfo[] => parse<FieldInfo[]>(this.nativeLoaded().fields());

  public readonly language = (): LanguageTables => parse<LanguageTables>(this.nativeLoaded().language());

  public readonly fieldValues = async (
    { field }: { readonly field: string }, signal: AbortSignal,
  ): Promise<FieldValues> => {
    const { capture } = this.unchanged();
    const values = parse<FieldValues>(await capture.fieldValues(field, kValuePackets, kValueTime));
    endIfAborted(signal);
    return values;
  };

  public readonly conversations = async (_none: undefined, signal: AbortSignal): Promise<Conversations> => {
    const found = parse<Conversations>(await this.unchanged().capture.conversations());
    endIfAborted(signal);
    return found;
  };

  public readonly cancel = (): void => { this.opened().capture.cancel(); };

  public readonly closeView = async ({ view }: { readonly view: ViewId }): Promise<void> => {
    this.pages.delete(view);
    await this.opened().capture.filter('', () => undefined, view);
  };

  private readonly streams = streamCalls(() => this.unchanged().capture);
  public readonly followOffers = this.streams.followOffers;
  public readonly follow = this.streams.follow;
  public readonly followRows = this.streams.followRows;
  public readonly followFind = this.streams.followFind;
  public readonly followRowOf = this.streams.followRowOf;
  public readonly followSave = this.streams.followSave;
  public readonly followClose = this.streams.followClose;

  private readonly saving = saveCalls(
    () => this.unchanged().capture, () => `StratoShark ${this.nativeLoaded().version()}`, () => this.path,
    (progress) => { this.emit('saveProgress', progress); },
  );
  public readonly setEdits = this.saving.setEdits;
  public readonly save = this.saving.save;
  public readonly saveCancel = this.saving.saveCancel;
  public readonly marked = this.saving.marked;

  public dispose(): void {
    this.owned.dispose();
    this.file = undefined;
  }

  private nativeLoaded(): Native {
    return (this.native ??= this.load());
  }

  private opened(): OpenFile {
    if (this.file === undefined) {
      throw new Error('no file is open');
    }
    return this.file;
  }

  /** The open file, after making sure that it is still the one that was indexed. */
  private unchanged(): OpenFile {
    const file = this.opened();
    file.guard.check();
    return file;
  }

  private watchGrowth(file: OpenFile): void {
    let indexed = file.guard.currentSize();
    let busy = false;
    let told: string | undefined;
    const look = async (): Promise<void> => {
      file.guard.check();
      const gone = file.guard.nameProblem();
      if (gone !== undefined && gone.cause !== told) {
        this.emit('problem', gone);
      }
      told = gone?.cause;
      if (gone !== undefined) {
        return;
      }
      const status = parse<CaptureStatus>(file.capture.status());
      const size = file.guard.currentSize();
      if (status.state === 'ready' && status.growing && size > indexed) {
        indexed = size;
        this.emit('status', parse<CaptureStatus>(await file.capture.refresh()));
      }
    };
    const timer = setInterval(() => {
      if (busy) {
        return;
      }
      busy = true;
      look().catch((thrown: unknown) => {
        clearInterval(timer);
        if (!isCancelled(thrown)) {
          this.emit('problem', toProblem(thrown, 'Reading what was added to the file'));
        }
      }).finally(() => { busy = false; });
    }, kGrowthInterval);
    timer.unref();
    this.owned.add(toDisposable(() => { clearInterval(timer); }));
  }
}

function openCapture(native: Native, path: string, settings: string): NativeCapture {
  try {
    return native.open(path, settings);
  } catch (thrown) {
    throw new ProblemError('file', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** The addon's refusal of what was asked. */
function notPossible(thrown: unknown): never {
  throw new ProblemError('invalid', thrown instanceof Error ? thrown.message : String(thrown));
}

function endIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw cancelled();
  }
}

/** The addon's JSON is this program's own: its shapes are the contract's (src/contract/capture.ts). */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the shape where it is read
const parse = <T>(json: string): T => JSON.parse(json) as T;
