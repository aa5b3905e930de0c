/** A share of one processor that a process is held to: a cgroup with a quota. Needs root. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** As containers have it, microseconds. */
const kPeriod = 100_000;
const kUnified = '/sys/fs/cgroup';

export class CpuQuota {
  private readonly folder: string;

  /** `share` of one processor: 0.1. Where cgroup v2 is alone it is used (not tried), else v1's cpu controller. */
  public constructor(name: string, share: number) {
    const quota = String(Math.round(share * kPeriod));
    const alone = existsSync(join(kUnified, 'cgroup.controllers'));
    this.folder = join(kUnified, alone ? '' : 'cpu', name);
    if (alone) writeFileSync(join(kUnified, 'cgroup.subtree_control'), '+cpu');
    mkdirSync(this.folder, { recursive: true });
    if (alone) {
      writeFileSync(join(this.folder, 'cpu.max'), `${quota} ${String(kPeriod)}`);
    } else {
      writeFileSync(join(this.folder, 'cpu.cfs_period_us'), String(kPeriod));
      writeFileSync(join(this.folder, 'cpu.cfs_quota_us'), quota);
    }
  }

  /** All threads of a process, from now on. */
  public hold(pid: number): void {
    writeFileSync(join(this.folder, 'cgroup.procs'), String(pid));
  }

  public release(pid: number): void {
    writeFileSync(join(dirname(this.folder), 'cgroup.procs'), String(pid));
  }

  /** When nobody is held any more. */
  public dispose(): void {
    rmdirSync(this.folder);
  }
}
