/** What is said of a capture while it runs and when it has ended. */
import type { LiveStatus } from '../contract/live.ts';
import type { CommandIo } from './exit.ts';
import type { LiveRequest } from './liveArguments.ts';

const many = (n: number, what: string): string => `${String(n)} ${what}${n === 1 ? '' : 's'}`;

function size(bytes: number): string {
  const [divisor, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  return `${(bytes / divisor).toFixed(1)} ${unit}`;
}

function dropped({ packets, dropped: lost }: LiveStatus): string {
  const share = lost === 0 ? '' : ` (${((100 * lost) / (packets + lost)).toFixed(2)} %)`;
  return `${String(lost)} dropped${share}`;
}

/** What of a request decides how it is told. */
export interface Noted {
  readonly quiet: boolean;
  readonly supervised: boolean;
  readonly live: { readonly output: string };
}

/** Progress on a terminal, status lines for a supervising program, and messages as they come up. */
export class LiveNotes {
  private readonly io: CommandIo;
  /** Who runs this one, and how it is told. */
  private readonly supervisor: ((status: LiveStatus) => void) | undefined;
  private readonly progress: boolean;
  private told = '';
  private shown = false;

  /** `prints`: packets go to standard output, which is progress enough where that is the terminal. */
  public constructor({ supervised, quiet, live }: Noted, io: CommandIo, prints: boolean) {
    this.io = io;
    const byLine = (status: LiveStatus): void => { io.out(`${JSON.stringify(status)}\n`); };
    const byChannel = (status: LiveStatus): void => { if (process.connected) process.send?.(status); };
    this.supervisor = !supervised ? undefined : live.output === '-' ? byChannel : byLine;
    this.progress = process.stderr.isTTY && !quiet && !supervised && !prints && live.output !== '';
  }

  public show(status: LiveStatus): void {
    this.supervisor?.(status);
    if (status.message !== undefined && status.message !== this.told && status.state === 'running') {
      this.told = status.message;
      this.clear();
      this.io.err(status.message);
    }
    if (this.progress) {
      this.shown = true;
      process.stderr.write(`\r\x1b[K${many(status.packets, 'packet')}, ${dropped(status)}, ${size(status.fileBytes)}`);
    }
  }

  public end(status: LiveStatus): void {
    this.clear();
    this.supervisor?.(status);
  }

  private clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K');
    this.shown = false;
  }
}

/** Before the first packet. */
export function warningsOf({ live }: LiveRequest): readonly string[] {
  if (live.format === 'pcapng') return [];
  const times = live.format === 'pcap' ? ', and times end at microseconds' : '';
  return [`A pcap file has no interface names, directions and drop counts${times}: -F pcapng keeps them.`];
}

/** After the last. */
export function summaryOf(status: LiveStatus, { quiet, supervised }: Omit<Noted, 'live'>, printed: boolean): readonly string[] {
  const lines: string[] = [];
  if (status.message !== undefined && status.reason !== 'readerGone') lines.push(status.message);
  if (status.leftOut > 0) lines.push(`${many(status.leftOut, 'packet')} of other kinds of interfaces were left out: -F pcapng holds them together.`);
  if (quiet || supervised) return lines;
  const files = printed ? '' : `; ${status.files > 1 ? `${many(status.files, 'file')}, the last ` : ''}${status.file === '-' ? 'standard output' : status.file} (${size(status.fileBytes)})`;
  return [...lines, `${many(status.packets, 'packet')} captured, ${dropped(status)} by the kernel${files}`];
}
