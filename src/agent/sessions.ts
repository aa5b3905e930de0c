/** What the captures of an agent have done: each keeps a small file while it runs and leaves a line when it has ended. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveStatus } from '../contract/live.ts';

export interface SessionTotals {
  readonly packets: number;
  readonly dropped: number;
}

export interface Session extends SessionTotals {
  readonly pid: number;
  /** ms since 1970. */
  readonly started: number;
  readonly file: string;
  /** Memory of its rings, which the kernel holds and no group of processes is charged for. */
  readonly bufferBytes?: number;
  /** Memory of the processes that serve it to a user, and of what they keep for him: they are charged for it. */
  readonly servingBytes?: number;
}

export interface AgentSessions {
  readonly running: readonly Session[];
  readonly ended: number;
  /** Of all, the running ones included. */
  readonly totals: SessionTotals;
}

/** Between two writings, milliseconds. */
const kEvery = 1000;
const kEnded = 'ended';

/** The folder; undefined outside of an agent, where nobody asks. */
export function sessionFolder(): string | undefined {
  return process.env['STRATOSHARK_KUBERNETES_ENABLED'] === 'true' ? (process.env['STRATOSHARK_SESSIONS'] ?? '/tmp/.stratoshark') : undefined;
}

/** Keeps the file of this process's capture. A folder that cannot be written is no reason not to capture. */
export class SessionRecord {
  private readonly folder: string;
  private readonly path: string;
  private readonly started = Date.now();
  private written = 0;
  private last: SessionTotals = { packets: 0, dropped: 0 };
  private bufferBytes = 0;
  private readonly servingBytes: number;

  public constructor(folder: string, pid = process.pid, servingBytes = 0) {
    this.folder = folder;
    this.servingBytes = servingBytes;
    this.path = join(folder, `${String(pid)}.json`);
  }

  /** Written at once: what other captures may take depends on it. */
  public reserve(bufferBytes: number, file: string): void {
    this.bufferBytes = bufferBytes;
    try {
      this.write(file);
    } catch {
      // See above.
    }
  }

  public update({ packets, dropped, file, state }: LiveStatus): void {
    this.last = { packets, dropped };
    try {
      if (state === 'ended') {
        mkdirSync(this.folder, { recursive: true, mode: 0o700 });
        appendFileSync(join(this.folder, kEnded), `${String(packets)} ${String(dropped)}\n`);
        rmSync(this.path, { force: true });
        return;
      }
      if (Date.now() - this.written >= kEvery) this.write(file);
    } catch {
      // See above.
    }
  }

  /** Nothing was captured after all. */
  public drop(): void {
    rmSync(this.path, { force: true });
  }

  private write(file: string): void {
    this.written = Date.now();
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const session: Session = { pid: process.pid, started: this.started, file, ...this.last, bufferBytes: this.bufferBytes, servingBytes: this.servingBytes };
    writeFileSync(`${this.path}.new`, JSON.stringify(session), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
  }
}

function sessionIn(path: string): Session | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Session;
  } catch {
    // It has just ended.
    return undefined;
  }
}

/** Numbers of the lines "packets dropped". */
function linesIn(path: string): readonly (readonly number[])[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').filter((line) => /^\d+ \d+$/.test(line)).map((line) => line.split(' ').map(Number));
}

/** Reads them. What a killed capture left is counted as ended. `alive` says whether a process is there. */
export function agentSessions(folder: string, alive = (pid: number): boolean => existsSync(`/proc/${String(pid)}`)): AgentSessions {
  const sessions = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => /^\d+\.json$/.test(name))
    .map((name) => sessionIn(join(folder, name))).filter((one) => one !== undefined);
  const running = sessions.filter(({ pid }) => alive(pid));
  const lines = linesIn(join(folder, kEnded));
  const sum = (of: (one: SessionTotals) => number, at: number): number =>
    sessions.reduce((total, one) => total + of(one), 0) + lines.reduce((total, line) => total + (line[at] ?? 0), 0);
  return {
    running,
    ended: lines.length + sessions.length - running.length,
    totals: { packets: sum(({ packets }) => packets, 0), dropped: sum(({ dropped }) => dropped, 1) },
  };
}
