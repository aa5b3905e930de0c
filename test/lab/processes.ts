/** Processes told apart for sure: a number alone may have been given to another since. */
import { readFileSync } from 'node:fs';

export interface ProcessId {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly started: string;
}

/** State letter and start time from the text of /proc/PID/stat; the name, in brackets, may hold anything. */
function parseStat(text: string): { readonly state: string; readonly started: string } {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', started: fields[19] ?? '' };
}

/** Identifies a process that runs now; undefined where there is none or only its remains. */
export function identify(pid: number): ProcessId | undefined {
  try {
    const { state, started } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' || state === 'X' ? undefined : { pid, started };
  } catch {
    return undefined;
  }
}

export function alive(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

/** The only child of a process (namespaces are entered and made by a parent that waits); undefined until it is there. */
export function onlyChild(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
    return first === undefined || first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}

/** Sleeps without the event loop: for what must finish before this process ends. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
