/**
 * What all captures of an agent together may take: 80 % of the container's memory, and of each folder that captures are
 * written to as much as its operator has set. A capture beyond it is refused; where it is exceeded while captures run, the
 * youngest ends: an agent that the kernel or the kubelet ends would take all of them along.
 */
import { lstatSync, readdirSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Session } from './sessions.ts';
import { usage, type Usage } from './usage.ts';

/** Of a limit, of memory or of a folder. */
const kShare = 0.8;
/** What a capture takes beside its buffers: Node, the addon, tables of flows and objects. Measured
 * (RssAnon, on the lab, of five pods at 140 requests a second for a user's capture): 85 MiB. */
export const kOverheadBytes = 96 * 1024 ** 2;

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;

/** A folder that captures are written to. */
export interface FolderLimit {
  readonly folder: string;
  readonly bytes: number;
}

/** Room on disk that a folder's files take, as the kubelet counts it. What cannot be looked at counts for nothing. */
export function bytesIn(folder: string): number {
  let sum = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      sum += entry.isDirectory() ? bytesIn(path) : lstatSync(path).blocks * 512;
    }
  } catch {
    // It has gone since its name was read.
  }
  return sum;
}

export interface QuotaOptions {
  readonly folders: readonly FolderLimit[];
  /** All captures that run, this one included once it is written down. */
  readonly sessions: () => readonly Session[];
  readonly usage?: () => Usage;
}

/** What one that is sent to a user by frames takes beside that: two more processes and what is
 * kept for him. Measured as above: 37 MiB for the one that the user's exec starts, 42 for the one that keeps. */
export const framedBytes = (spoolBytes: number): number => spoolBytes + 96 * 1024 ** 2;

/** Of one capture. */
export class Quota {
  private readonly options: QuotaOptions;
  private readonly pid: number;

  public constructor(options: QuotaOptions, pid = process.pid) {
    this.options = options;
    this.pid = pid;
  }

  /** Before it begins: why it may not, undefined: it may. `file`: '-' is nobody's folder. */
  public refusal(bufferBytes: number, file: string): string | undefined {
    const others = this.options.sessions().filter(({ pid }) => pid !== this.pid);
    const memory = this.memoryRefusal(others, bufferBytes + kOverheadBytes);
    if (memory !== undefined) return memory;
    const full = this.fullFolder(file);
    return full === undefined ? undefined
      : `${full.folder} holds ${mebibytes(bytesIn(full.folder))}, all that captures may take of its ${mebibytes(full.bytes)}: delete some, or write to standard output (-w -) and save it where you are.`;
  }

  /** Memory for more buffers while it runs: why there is none. */
  public growth(moreBytes: number): string | undefined {
    return this.memoryRefusal(this.options.sessions(), moreBytes);
  }

  /** While it runs: why this capture has to end. */
  public excess(file: string): string | undefined {
    const sessions = this.options.sessions();
    const { memoryLimit, memoryHeld } = (this.options.usage ?? usage)();
    const buffers = sessions.reduce((sum, { bufferBytes = 0 }) => sum + bufferBytes, 0);
    if (memoryLimit !== undefined && memoryHeld !== undefined && memoryHeld + buffers > kShare * memoryLimit && this.isYoungest(sessions)) {
      return `The captures of this agent take ${mebibytes(memoryHeld + buffers)}, more than 80 % of its memory (${mebibytes(memoryLimit)}): this one is the youngest and ends; what it has captured is in its file.`;
    }
    const full = this.fullFolder(file);
    if (full === undefined || !this.isYoungest(sessions.filter((one) => isIn(one.file, full.folder)))) return undefined;
    return `Captures take 80 % of the ${mebibytes(full.bytes)} of ${full.folder}: this one is the youngest there and ends; what it has captured is in its file.`;
  }

  private memoryRefusal(sessions: readonly Session[], wanted: number): string | undefined {
    const { memoryLimit } = (this.options.usage ?? usage)();
    if (memoryLimit === undefined) return undefined;
    const taken = sessions.reduce((sum, { bufferBytes = 0, servingBytes = 0 }) => sum + bufferBytes + servingBytes + kOverheadBytes, kOverheadBytes);
    if (taken + wanted <= kShare * memoryLimit) return undefined;
    return `The agent has no memory for this: ${String(sessions.length)} ${sessions.length === 1 ? 'capture has' : 'captures have'} ${mebibytes(taken)} of the ${mebibytes(kShare * memoryLimit)} (80 % of its limit) that captures may take, ${mebibytes(wanted)} more is asked for. End one (stratoshark --stats lists them), or ask for a smaller --buffer-size.`;
  }

  private fullFolder(file: string): FolderLimit | undefined {
    const limit = this.options.folders.find(({ folder }) => isIn(file, folder));
    return limit !== undefined && bytesIn(limit.folder) > kShare * limit.bytes ? limit : undefined;
  }

  private isYoungest(sessions: readonly Session[]): boolean {
    const [youngest] = [...sessions].sort((a, b) => b.started - a.started || b.pid - a.pid);
    return youngest?.pid === this.pid;
  }
}

const isIn = (file: string, folder: string): boolean => file !== '-' && file !== '' && resolve(file).startsWith(folder.endsWith(sep) ? folder : folder + sep);
