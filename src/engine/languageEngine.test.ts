import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Emitter } from '../base/event.ts';
import { serve } from '../base/rpc.ts';
import type { EngineApi, EngineEvents } from '../contract/engine.ts';
import type { Handlers, Problem, ReplyMessage, RequestMessage } from '../contract/rpc.ts';
import type { EngineProcess } from './forked.ts';
import { kIdle, LanguageEngine } from './languageEngine.ts';

const kCrash: Problem = { code: 'engineEnded', cause: 'The engine crashed.', remedy: '' };

/** A process that answers language() and never answers checkFilters. */
class FakeProcess implements EngineProcess {
  public readonly pid = 7;
  public stopped = false;
  public readonly channel: EngineProcess['channel'];
  private readonly ended = new Emitter<Problem>();
  public readonly onEnded = this.ended.event;

  public constructor() {
    let toEngine: (message: RequestMessage<EngineApi>) => void = () => undefined;
    let toHost: (message: ReplyMessage<EngineEvents>) => void = () => undefined;
    const answers: Partial<Handlers<EngineApi>> = {
      language: () => ({ fields: [], operators: [], functions: [], types: [], known: [] }),
      checkFilters: () => new Promise(() => undefined),
    };
    serve<EngineApi, EngineEvents>({
      send: (message) => { queueMicrotask(() => { toHost(message); }); },
      onMessage: (receive) => { toEngine = receive; },
    }, answers as Handlers<EngineApi>);
    this.channel = {
      send: (message) => { queueMicrotask(() => { toEngine(message); }); },
      onMessage: (receive) => { toHost = receive; },
    };
  }

  public crash(): void { this.ended.fire(kCrash); }
  public stop(): void { this.stopped = true; }
}

let started: FakeProcess[];
let engine: LanguageEngine;
const language = (): Promise<unknown> => engine.ask((api) => api.language(undefined));

beforeEach(() => {
  vi.useFakeTimers();
  started = [];
  engine = new LanguageEngine(() => {
    const process = new FakeProcess();
    started.push(process);
    return process;
  });
});

afterEach(() => {
  engine.dispose();
  vi.useRealTimers();
});

test('starts when first asked, is shared, and ends when it was idle', async () => {
  expect(started).toHaveLength(0);
  await Promise.all([language(), language()]);
  expect(started).toHaveLength(1);
  vi.advanceTimersByTime(kIdle - 1);
  await language();
  vi.advanceTimersByTime(kIdle - 1);
  expect(started[0]?.stopped).toBe(false);
  vi.advanceTimersByTime(1);
  expect(started[0]?.stopped).toBe(true);
  await language();
  expect(started).toHaveLength(2);
});

test('a crash fails the question with its cause; the next one gets a fresh process', async () => {
  const asked = engine.ask((api) => api.checkFilters({ texts: ['tcp'] }));
  started[0]?.crash();
  await expect(asked).rejects.toMatchObject({ problem: kCrash });
  await language();
  expect(started).toHaveLength(2);
});

test('is not started for ever when it always crashes', async () => {
  for (let round = 0; round < 3; round++) {
    const asked = engine.ask((api) => api.checkFilters({ texts: [] }));
    started[round]?.crash();
    await expect(asked).rejects.toMatchObject({ problem: kCrash });
  }
  await expect(language()).rejects.toMatchObject({ problem: kCrash });
  expect(started).toHaveLength(3);
});
