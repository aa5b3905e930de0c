/** Memory of a lab, from its cgroup. */
import { existsSync, readFileSync } from 'node:fs';
import type { LabConfig } from './config.ts';

/** Anonymous memory of all processes in the lab in MB (10^6), without page cache; undefined where nothing counts it. */
export function memoryMegabytes(lab: LabConfig): number | undefined {
  // v1 counts what is below under names of its own; v2 always does.
  const files = [[`/sys/fs/cgroup/memory/${lab.cgroup}/memory.stat`, 'total_rss'], [`/sys/fs/cgroup/${lab.cgroup}/memory.stat`, 'anon']] as const;
  for (const [file, name] of files) {
    const value = existsSync(file) ? new RegExp(`^${name} (\\d+)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    if (value !== undefined) return Math.round(Number(value) / 1e6);
  }
  return undefined;
}
