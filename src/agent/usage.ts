/** What this container uses, by its control groups: version 2, else version 1. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Usage {
  /** Since it began, microseconds; undefined where it cannot be read. */
  readonly cpuMicroseconds: number | undefined;
  readonly memoryBytes: number | undefined;
  /** Of it, what cannot be taken back when it is needed elsewhere: all but the cache of files. */
  readonly memoryHeld: number | undefined;
  /** undefined: none. */
  readonly memoryLimit: number | undefined;
}

/** Version 1 writes this, rounded to pages, for "no limit". */
const kNoLimit = 2 ** 62;

export function usage(root = '/sys/fs/cgroup'): Usage {
  const text = (...path: readonly string[]): string | undefined => {
    try {
      return readFileSync(join(root, ...path), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const number = (value: string | undefined): number | undefined => (value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined);
  const ofV2 = number(/^usage_usec (\d+)$/m.exec(text('cpu.stat') ?? '')?.[1]);
  const ofV1 = number(text('cpuacct', 'cpuacct.usage'));
  const bytes = number(text('memory.current') ?? text('memory', 'memory.usage_in_bytes'));
  const parts = text('memory.stat') ?? text('memory', 'memory.stat') ?? '';
  const part = (...names: readonly string[]): number => names.map((name) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(parts)?.[1] ?? 0)).find((n) => n > 0) ?? 0;
  // Version 1 has the sums of all groups below under names of their own; shared memory is among the files.
  const cache = Math.max(0, part('total_cache', 'file') - part('total_shmem', 'shmem'));
  const limit = number(text('memory.max') ?? text('memory', 'memory.limit_in_bytes'));
  return {
    cpuMicroseconds: ofV2 ?? (ofV1 === undefined ? undefined : ofV1 / 1000),
    memoryBytes: bytes,
    memoryHeld: bytes === undefined ? undefined : Math.max(0, bytes - cache),
    memoryLimit: limit === undefined || limit >= kNoLimit ? undefined : limit,
  };
}
