/**
 * One capture file as the host knows it: its engine process, the latest status, and its ends and restarts.
 * Shared by all tabs of the file (src/engine/client.ts counts them).
 */
import { basename } from 'node:path';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { fromProblem, isCancelled, toProblem } from '../base/problem.ts';
import { connect, type Connection } from '../base/rpc.ts';
import type { CaptureStatus, EngineSettings, FilterStatus } from '../contract/capture.ts';
import type { EngineApi, EngineEvents, ViewId } from '../contract/engine.ts';
import type { Client, Problem } from '../contract/rpc.ts';
import type { PacketEdit, SaveProgress } from '../contract/save.ts';
import type { EngineProcess, StartEngine } from './forked.ts';

/** How often an ended engine is started again without the user's asking, per file. */
export const kAutomaticRestarts = 3;

/** One life of the engine process. */
interface Life {
  readonly process: EngineProcess;
  readonly connection: Connection<EngineApi, EngineEvents>;
  readonly opened: Promise<CaptureStatus>;
}

export class EngineSession implements Disposable {
  public readonly path: string;

  private readonly owned = new DisposableStore();
  private readonly statusChanged = this.owned.add(new Emitter<CaptureStatus>());
  private readonly filterProgressed = this.owned.add(
    new Emitter<{ readonly view: ViewId; readonly status: FilterStatus }>(),
  );
  private readonly sortProgressed = this.owned.add(new Emitter<EngineEvents['sortProgress']>());
  private readonly findProgressed = this.owned.add(new Emitter<EngineEvents['findProgress']>());
  private readonly saveProgressed = this.owned.add(new Emitter<SaveProgress>());
  private readonly failed = this.owned.add(new Emitter<Problem>());
  private readonly restarted = this.owned.add(new Emitter<undefined>());
  private readonly startEngine: StartEngine;
  private readonly settings: (path: string) => EngineSettings;
  private life: Life | undefined;
  private latest: CaptureStatus | undefined;
  private ended: Problem | undefined;
  private automaticRestarts = 0;
  private nextView = 1;
  private edits: () => readonly PacketEdit[] = () => [];

  public readonly onStatus = this.statusChanged.event;
  public readonly onFilterProgress = this.filterProgressed.event;
  public readonly onSortProgress = this.sortProgressed.event;
  public readonly onFindProgress = this.findProgressed.event;
  public readonly onSaveProgress = this.saveProgressed.event;
  /** The engine ended or found that the file changed. */
  public readonly onProblem = this.failed.event;
  /** A fresh engine serves the file: what views know (filters, rows) is to be asked anew. */
  public readonly onRestarted = this.restarted.event;

  /** `settings` is read at each start, so that "Reopen" takes up changed ones. */
  public constructor(path: string, startEngine: StartEngine, settings: (path: string) => EngineSettings) {
    this.path = path;
    this.startEngine = startEngine;
    this.settings = settings;
    this.life = this.begin();
  }

  /** Process id of the engine, for the log and for tests. */
  public get pid(): number | undefined {
    return this.life?.process.pid;
  }

  /** Why there is no engine now, if there is none. */
  public get problem(): Problem | undefined {
    return this.ended;
  }

  /** The engine's methods; they fail with the cause when the engine has ended. */
  public get api(): Client<EngineApi> {
    if (this.life === undefined) {
      throw fromProblem(this.ended ?? toProblem('there is no engine', 'The request'));
    }
    return this.life.connection.api;
  }

  /** What users say of packets, in force in this engine and in each that follows it. */
  public layOver(edits: () => readonly PacketEdit[]): void {
    this.edits = edits;
    if (this.life !== undefined) {
      this.sendEdits(this.life);
    }
  }

  public newView(): ViewId {
    return this.nextView++;
  }

  /** The latest status, once the file is open; rejects with a ProblemError when it cannot be opened. */
  public async opened(): Promise<CaptureStatus> {
    if (this.life === undefined) {
      throw fromProblem(this.ended ?? toProblem('there is no engine', 'Opening the file'));
    }
    const first = await this.life.opened;
    return this.latest ?? first;
  }

  /** Starts the engine again after its end, at most kAutomaticRestarts times; does nothing while it runs. */
  public restartAutomatically(): void {
    if (this.life === undefined && this.automaticRestarts < kAutomaticRestarts) {
      this.automaticRestarts++;
      this.restart();
    }
  }

  /** A fresh engine on the file as it is now, whether or not one runs. */
  public restart(): void {
    const previous = this.life;
    this.life = this.begin();
    if (previous !== undefined) {
      stop(previous);
    }
    this.restarted.fire(undefined);
  }

  public dispose(): void {
    const life = this.life;
    this.life = undefined;
    if (life !== undefined) {
      stop(life);
    }
    this.owned.dispose();
  }

  private begin(): Life {
    this.latest = undefined;
    this.ended = undefined;
    const process = this.startEngine(basename(this.path));
    const connection = connect<EngineApi, EngineEvents>(process.channel);
    const opened = connection.api.open({ path: this.path, settings: this.settings(this.path) });
    const life: Life = { process, connection, opened };
    this.listen(life);
    this.sendEdits(life);
    return life;
  }

  /** Requests keep their order: what is asked after this is answered with the edits. */
  private sendEdits({ connection }: Life): void {
    const edits = this.edits();
    if (edits.length > 0) {
      // A file that cannot be opened says so in its answer to `open`.
      connection.api.setEdits({ edits }).catch(() => undefined);
    }
  }

  private listen(life: Life): void {
    const { process, connection, opened } = life;
    const current = (): boolean => this.life === life;
    connection.on('status')((status) => {
      if (current()) {
        this.latest = status;
        this.statusChanged.fire(status);
      }
    });
    connection.on('filterProgress')((progress) => { this.filterProgressed.fire(progress); });
    connection.on('sortProgress')((progress) => { this.sortProgressed.fire(progress); });
    connection.on('findProgress')((progress) => { this.findProgressed.fire(progress); });
    connection.on('saveProgress')((progress) => { this.saveProgressed.fire(progress); });
    connection.on('problem')((problem) => { this.failed.fire(problem); });
    process.onEnded((problem) => {
      connection.close(problem);
      if (current()) {
        this.life = undefined;
        this.ended = problem;
        this.failed.fire(problem);
      }
    });
    // A file that cannot be opened needs no engine: "Reopen" starts another.
    opened.catch((thrown: unknown) => {
      if (current() && !isCancelled(thrown)) {
        this.life = undefined;
        this.ended = toProblem(thrown, 'Opening the file');
        process.stop();
      }
    });
  }
}

function stop({ process, connection }: Life): void {
  connection.dispose();
  process.stop();
}
