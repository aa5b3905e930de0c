/** `stratoshark -i …`, `stratoshark capture …`: runs a live capture to its end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionFolder } from '../agent/sessions.ts';
import type { LiveErrorCode, LiveInterface, LiveOptions, LiveStatus } from '../contract/live.ts';
import type { Native, NativeFollow, NativeLiveCapture } from '../engine/native.d.ts';
import { AgentSession } from './agentSession.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';
import type { LiveRequest } from './liveArguments.ts';
import { LiveNotes, summaryOf, warningsOf } from './liveNotes.ts';

/** Between two looks at what was added, milliseconds: rows appear while the eye still takes them for immediate. */
const kPrintInterval = 50;
/** Whoever takes no output for so long is gone, seconds. */
const kPatience = 60;
/** After a signal, a capture that cannot end (nobody takes its output) is given up, milliseconds. */
const kLastWait = 5000;

/** Interfaces as -D lists them. */
export function listInterfaces(native: Native, json: boolean, io: CommandIo): number {
  const text = native.liveInterfaces();
  if (json) {
    io.out(`${text}\n`);
    return exit.ok;
  }
  const list = JSON.parse(text) as readonly LiveInterface[];
  const lines = list.map(({ name, up, loopback, supported, addresses }, index) => {
    const states = [...(loopback ? ['loopback'] : []), up ? 'up' : 'down', ...(supported ? [] : ['cannot be captured on'])];
    return `${String(index + 1)}. ${name} (${states.join(', ')}) ${addresses.join(' ')}`.trimEnd();
  });
  io.out(`${[...lines, 'any (all of them, and those that come)'].join('\n')}\n`);
  return exit.ok;
}

/** What goes on beside a capture. */
export interface Attached {
  /** After its last packet: what is written then is still in the file. */
  readonly lastWords: () => void;
  /** When it has ended. */
  readonly done: () => void;
}
/** Between opening a capture and running it. */
export type Attach = (capture: NativeLiveCapture, session: AgentSession | undefined) => Promise<Attached>;

export async function liveCommand(native: Native, request: LiveRequest, io: CommandIo, attach?: Attach): Promise<number> {
  if (request.live.output !== '') return run(native, request, io, undefined, attach);
  // Packets to be printed pass through a private file, so that a slow terminal costs disk and not packets.
  const folder = mkdtempSync(join(tmpdir(), 'stratoshark-'));
  try {
    const file = join(folder, 'live.pcapng');
    return await run(native, { ...request, live: { ...request.live, output: file, format: 'pcapng' } }, io, file, attach);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(
  native: Native, request: LiveRequest, io: CommandIo, printed: string | undefined, attach: Attach | undefined,
): Promise<number> {
  const folder = sessionFolder();
  const session = folder === undefined ? undefined : AgentSession.begin(folder, request);
  const capture = opened(native, request, session);
  const notes = new LiveNotes(request, io, printed !== undefined);
  warningsOf(request).forEach((line) => { io.err(line); });
  let attached: Attached | undefined;
  const release = endOnSignals(() => { capture.stop(); }, request);
  let excess: string | undefined;
  let printer: Printer | undefined;
  const begun = (): void => {
    if (printed !== undefined && printer === undefined) printer = new Printer(native, request, printed, io, () => { capture.stop(); });
  };
  try {
    attached = await attach?.(capture, session);
    const last = JSON.parse(await capture.run((json) => {
      begun();
      const status = JSON.parse(json) as LiveStatus;
      if (status.state === 'drained') {
        attached?.lastWords();
        capture.finish();
        return;
      }
      notes.show(status);
      if (excess !== undefined) return;
      excess = session?.update(status);
      if (excess === undefined) return;
      io.err(excess);
      capture.stop();
    })) as LiveStatus;
    session?.update(last);
    begun();
    const status = printer?.finish() ?? exit.ok;
    notes.end(last);
    summaryOf(last, request, printed !== undefined).forEach((line) => { io.err(line); });
    return last.reason === 'output' || last.reason === 'interfaceGone' || excess !== undefined ? exit.failure : status;
  } finally {
    attached?.done();
    session?.end();
    release();
  }
}

function opened(native: Native, request: LiveRequest, session: AgentSession | undefined): NativeLiveCapture {
  try {
    return open(native, request);
  } catch (thrown) {
    session?.end();
    throw thrown;
  }
}

/**
 * In an agent, whose user may be cut off without this process being told: the container runtime then takes no output any more.
 * A supervised capture is its supervisor's concern.
 */
function patience({ supervised, live: { output } }: LiveRequest): number {
  const seconds = Number(process.env['STRATOSHARK_PATIENCE'] ?? '') || kPatience;
  return sessionFolder() === undefined || supervised || output !== '-' ? 0 : seconds * 1000;
}

/** The capture, or a CommandError that says what to do. */
function open(native: Native, request: LiveRequest): NativeLiveCapture {
  const { live } = request;
  try {
    return native.openLive(JSON.stringify({ ...live, patienceMilliseconds: patience(request) } satisfies LiveOptions));
  } catch (thrown) {
    const { message, code, start = 0, length = 0 } = thrown as Error & { code?: LiveErrorCode; start?: number; length?: number };
    if (code === 'notAllowed') throw new CommandError(notAllowed(), exit.failure);
    if (code !== 'filter') throw new CommandError(message, exit.failure);
    const bytes = Buffer.from(live.filter);
    const caret = length === 0 ? '' : `\n  ${live.filter}\n  ${' '.repeat(bytes.subarray(0, start).toString().length)}${'^'.repeat(length)}`;
    throw new CommandError(`The capture filter is not valid: ${message}.${caret}`, exit.usage);
  }
}

const notAllowed = (): string =>
  `Capturing needs the capability CAP_NET_RAW: run it as root (sudo), or allow it to this Node and whatever runs on it with "sudo setcap cap_net_raw,cap_net_admin+ep ${process.execPath}".`;

/** Runs `stop` on SIGINT, SIGTERM and SIGHUP, supervised also when the supervisor goes; returns what undoes it. */
function endOnSignals(stop: () => void, { supervised, live: { output } }: LiveRequest): () => void {
  let asked = false;
  const end = (): void => {
    // The second time, or when it takes too long, there is somebody who does not take our output: nothing is lost that way.
    if (asked) process.kill(process.pid, 'SIGKILL');
    asked = true;
    stop();
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), kLastWait).unref();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, end);
  const ended = (): void => { if (!asked) end(); };
  // Its packets on standard output, a supervisor talks by the channel of fork(); else by standard input.
  const forked = supervised && output === '-';
  if (forked) process.on('disconnect', ended);
  else if (supervised) process.stdin.on('end', ended).on('close', ended).on('error', ended).resume();
  return () => {
    for (const signal of signals) process.off(signal, end);
    if (forked) {
      process.off('disconnect', ended);
      if (process.connected) process.disconnect();
    } else if (supervised) process.stdin.destroy();
  };
}

/** Prints the packets of the growing file. */
class Printer {
  private readonly follow: NativeFollow;
  private readonly timer: NodeJS.Timeout;
  private readonly io: CommandIo;
  private gone = false;

  public constructor(native: Native, { read }: LiveRequest, file: string, io: CommandIo, onGone: () => void) {
    this.io = io;
    this.follow = follow(native, { ...read, file, count: 0 }, io);
    this.timer = setInterval(() => {
      if (!this.gone && !this.follow.step(this.out, this.warn)) {
        this.gone = true;
        onGone();
      }
    }, kPrintInterval);
  }

  private readonly out = (chunk: Uint8Array): boolean => this.io.out(chunk);
  private readonly warn = (line: string): void => { this.io.err(line); };

  public finish(): number {
    clearInterval(this.timer);
    if (this.gone || !this.follow.step(this.out, this.warn)) return exit.ok;
    return this.follow.finish(this.out, this.warn);
  }
}

function follow(native: Native, read: LiveRequest['read'], io: CommandIo): NativeFollow {
  try {
    return native.follow(read, (chunk) => io.out(chunk), (line) => { io.err(line); });
  } catch (thrown) {
    const { status } = thrown as { status?: number };
    throw status === undefined ? thrown : new CommandError('Nothing can be printed.', status);
  }
}
