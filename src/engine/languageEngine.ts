/**
 * An engine process without a file, for the filter language where no capture is open (`.dfilter` files). Started when
 * first asked, shared, ended when it was not asked for a while; one that ended is started again.
 */
import type { Disposable } from '../base/disposable.ts';
import { fromProblem, ProblemError } from '../base/problem.ts';
import { connect } from '../base/rpc.ts';
import type { EngineApi, EngineEvents } from '../contract/engine.ts';
import type { Client, Problem } from '../contract/rpc.ts';
import type { EngineProcess, StartEngine } from './forked.ts';

/** How long it lives without a question, milliseconds. */
export const kIdle = 60_000;
/** Ends in a row, without an answer between them, after which it is not started again. */
const kMostFailures = 3;

/** The part of the engine that needs no file. */
export type LanguageApi = Pick<Client<EngineApi>, 'checkFilters' | 'language'>;

interface Life {
  readonly process: EngineProcess;
  readonly api: LanguageApi;
  readonly close: (problem: Problem) => void;
}

export class LanguageEngine implements Disposable {
  private readonly startEngine: StartEngine;
  private life: Life | undefined;
  private idle: NodeJS.Timeout | undefined;
  private failures = 0;
  private lastProblem: Problem | undefined;

  public constructor(startEngine: StartEngine) {
    this.startEngine = startEngine;
  }

  /** Process id, for tests; undefined while none runs. */
  public get pid(): number | undefined {
    return this.life?.process.pid;
  }

  /** Asks the engine; rejects with a ProblemError when there is none or it ends meanwhile. */
  public async ask<T>(question: (api: LanguageApi) => Promise<T>): Promise<T> {
    const life = this.running();
    clearTimeout(this.idle);
    try {
      const answer = await question(life.api);
      this.failures = 0;
      return answer;
    } finally {
      clearTimeout(this.idle);
      this.idle = setTimeout(() => { this.stop(); }, kIdle);
      this.idle.unref();
    }
  }

  public dispose(): void {
    clearTimeout(this.idle);
    this.stop();
  }

  private running(): Life {
    if (this.life === undefined && this.failures >= kMostFailures) {
      throw this.lastProblem === undefined
        ? new ProblemError('engineEnded', 'The engine for filters ended.') : fromProblem(this.lastProblem);
    }
    this.life ??= this.start();
    return this.life;
  }

  private start(): Life {
    const process = this.startEngine('the filter language');
    const connection = connect<EngineApi, EngineEvents>(process.channel);
    const life: Life = { process, api: connection.api, close: (problem) => { connection.close(problem); } };
    process.onEnded((problem) => {
      this.failures++;
      this.lastProblem = problem;
      if (this.life === life) {
        this.life = undefined;
      }
      connection.close(problem);
    });
    return life;
  }

  private stop(): void {
    const { life } = this;
    this.life = undefined;
    life?.close({ code: 'cancelled', cause: 'The request was cancelled.', remedy: '' });
    life?.process.stop();
  }
}
