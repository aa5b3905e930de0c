/** Starts one engine process and reports its end. The only place that forks it. */
import { fork, type ChildProcess } from 'node:child_process';
import { Emitter, type Event } from '../base/event.ts';
import type { Channel } from '../base/rpc.ts';
import type { EngineApi, EngineEvents } from '../contract/engine.ts';
import type { Problem, ReplyMessage, RequestMessage } from '../contract/rpc.ts';

export type EngineChannel = Channel<RequestMessage<EngineApi>, ReplyMessage<EngineEvents>>;

/** A running engine process; tests put a fake in its place. */
export interface EngineProcess {
  readonly pid: number | undefined;
  readonly channel: EngineChannel;
  /** Fires once, unless the end was asked for by `stop`. */
  readonly onEnded: Event<Problem>;
  stop(): void;
}

export type StartEngine = (fileName: string) => EngineProcess;

/** How much of what the engine wrote to stderr is kept to explain its end, characters. */
const kStderrTail = 2000;
/** A stopped engine that has not ended by itself after this many milliseconds is killed. */
const kStopGrace = 2000;

/**
 * What keeps an engine small: one heap for all its threads (glibc's; they take turns at the capture anyway), and little room
 * for JavaScript's short-lived objects, which are rows on their way. What they cost is within what
 * these measurements differ by, a tenth of the time of indexing at most.
 */
export const kSmall = { env: { MALLOC_ARENA_MAX: '1' }, execArgv: ['--max-semi-space-size=1'] } as const;

/** `script` is the absolute path of dist/engine.js; `log` gets what the engine prints. */
export const forkEngine = (script: string, log: (line: string) => void): StartEngine => (fileName) => {
  // execArgv is inherited otherwise (a host started with --inspect would give its port to the engine).
  const child = fork(script, [], {
    serialization: 'advanced', env: { ...process.env, ...kSmall.env }, execArgv: [...kSmall.execArgv],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let stopped = false;
  let stderr = '';
  const ended = new Emitter<Problem>();
  const end = once((problem: Problem) => {
    log(`engine ${String(child.pid)} (${fileName}): ${problem.cause}${stderr === '' ? '' : `\n${stderr}`}`);
    if (!stopped) {
      ended.fire(problem);
    }
  });

  child.stdout?.on('data', (chunk: Buffer) => { log(chunk.toString().trimEnd()); });
  child.stderr?.on('data', (chunk: Buffer) => { stderr = (stderr + chunk.toString()).slice(-kStderrTail); });
  child.on('error', (error) => { end(engineNotStarted(error)); });
  child.on('exit', (code, signal) => { end(engineEnded(fileName, code, signal, stderr)); });
  return {
    pid: child.pid,
    channel: channelOf(child),
    onEnded: ended.event,
    stop: () => {
      stopped = true;
      if (child.connected) {
        child.disconnect();
      }
      setTimeout(() => child.kill('SIGKILL'), kStopGrace).unref();
    },
  };
};

function channelOf(child: ChildProcess): EngineChannel {
  return {
    send: (message) => {
      if (child.connected) {
        // A failed send means that the process is going: 'exit' follows and ends all calls.
        child.send(message, () => undefined);
      }
    },
    onMessage: (receive) => { child.on('message', receive as (message: unknown) => void); },
  };
}

const kReopen = 'Reopen the file; other open captures are not affected.';

export const engineNotStarted = (error: Error): Problem => ({
  code: 'engineMissing',
  cause: `The engine process could not be started: ${error.message}.`,
  remedy: 'Check memory and process limits, then reopen the file.',
});

/** Longest part of the engine's own words that is shown, characters. */
const kLastWords = 200;

/** Why an engine process ended, in the user's words; `stderr` is the last of what it printed there. */
export function engineEnded(
  fileName: string, code: number | null, signal: NodeJS.Signals | null, stderr = '',
): Problem {
  return { code: 'engineEnded', cause: `The engine of ${fileName} ${endingOf(code, signal, stderr)}.`, remedy: kReopen };
}

function endingOf(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  switch (signal) {
    case 'SIGBUS': return 'ended because the file shrank or could not be read any more (SIGBUS)';
    case 'SIGSEGV':
    case 'SIGABRT':
    case 'SIGILL':
    case 'SIGFPE': return `crashed (${signal})`;
    case 'SIGKILL': return 'was killed (SIGKILL), by someone or for want of memory';
    case null: {
      const lastWords = stderr.trim().split('\n').at(-1) ?? '';
      return `ended unexpectedly (exit code ${String(code)}${lastWords === '' ? '' : `: ${lastWords.slice(0, kLastWords)}`})`;
    }
    default: return `was ended by ${signal}`;
  }
}

function once<T>(act: (value: T) => void): (value: T) => void {
  let done = false;
  return (value) => {
    if (!done) {
      done = true;
      act(value);
    }
  };
}
