/** Which container a process is in, by its cgroup: runtimes name the cgroup of a container by its 64 hex digits. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Last component of 64 hex digits in a cgroup's path: `…/cri-containerd-<id>.scope`, `…/<id>`. */
export function containerOfPath(path: string): string | undefined {
  return path.split('/').flatMap((part) => /(?:^|[^0-9a-f])([0-9a-f]{64})(?:\.scope)?$/.exec(part)?.[1] ?? []).at(-1);
}

/** Container named by /proc/PID/cgroup: the v2 line (`0::`) first, else any. */
export function containerOfCgroupFile(text: string): string | undefined {
  const paths = text.split('\n').map((line) => /^(\d+):[^:]*:(.*)$/.exec(line)).filter((match) => match !== null);
  const unified = paths.filter(([, hierarchy]) => hierarchy === '0');
  return [...unified, ...paths].map(([, , path = '']) => containerOfPath(path)).find((id) => id !== undefined);
}

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined; // gone: processes and their cgroups end while they are looked at
  }
};

/** Cgroups looked through for one whose process has ended: far more than a node has. */
const kMostFolders = 50_000;
const kMostKnown = 10_000;

export interface ProcessFacts {
  readonly container?: string;
  /** Name of its program file; '' when the process has ended. Steadier than the name a thread gives itself. */
  readonly program: string;
}

export class Containers {
  private readonly known = new Map<string, string>();

  private readonly proc: string;
  private readonly cgroups: readonly string[];

  public constructor(proc = '/proc', cgroups: readonly string[] = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup']) {
    this.proc = proc;
    this.cgroups = cgroups;
  }

  /** What is known of the process `pid` in the cgroup `cgroup` (identifier, decimal), also when it has just ended. */
  public factsOf(pid: number, cgroup: string): ProcessFacts {
    const exe = attempt(() => readlinkSync(join(this.proc, String(pid), 'exe')));
    const container = this.containerOf(pid, cgroup);
    return { program: exe === undefined ? '' : basename(exe.replace(/ \(deleted\)$/, '')), ...(container === undefined ? {} : { container }) };
  }

  /** Identifier of 64 hex digits, as the cluster's API has it behind `containerd://`. */
  public containerOf(pid: number, cgroup: string): string | undefined {
    const known = this.known.get(cgroup);
    if (known !== undefined) return known;
    const text = attempt(() => readFileSync(join(this.proc, String(pid), 'cgroup'), 'utf8'));
    const found = text === undefined ? this.search(cgroup) : containerOfCgroupFile(text);
    // 1 is the root: where containers use the v1 hierarchies only, all of them have it.
    if (found !== undefined && cgroup !== '1') {
      if (this.known.size >= kMostKnown) this.known.clear();
      this.known.set(cgroup, found);
    }
    return found;
  }

  /** The process has ended: the folder of that inode number. */
  private search(cgroup: string): string | undefined {
    let left = kMostFolders;
    const waiting = [...this.cgroups];
    for (let folder = waiting.pop(); folder !== undefined && left > 0; folder = waiting.pop(), left--) {
      const at = folder;
      if (attempt(() => statSync(at, { bigint: true }).ino.toString()) === cgroup) return containerOfPath(at);
      for (const entry of attempt(() => readdirSync(at, { withFileTypes: true })) ?? []) if (entry.isDirectory()) waiting.push(join(at, entry.name));
    }
    return undefined;
  }
}
