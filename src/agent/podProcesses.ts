/** Where the pods of this node run: a process of each container, by the container id in its cgroup, and its network. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Pod } from './pods.ts';

export interface PodNetwork {
  /** Of a process of the pod: the namespace is entered by it. */
  readonly path: string;
  /** 0: it may not be looked at, so that entering it will say what is missing. */
  readonly inode: number;
}

/**
 * The last component of 64 hex digits of the `0::` line of /proc/PID/cgroup, else of any line: `cri-containerd-ID.scope`,
 * `crio-ID.scope`, `docker-ID.scope` with systemd, the bare id with cgroupfs. The path may be relative to a private
 * cgroup namespace, so only the id is used.
 */
export function containerOfCgroup(file: string): string | undefined {
  const lines = file.split('\n');
  const unified = lines.filter((line) => line.startsWith('0::'));
  for (const line of [...unified, ...lines]) {
    const found = line.split('/').reverse().map((part) => /(?:^|[-:])([0-9a-f]{64})(?:\.scope)?$/.exec(part)?.[1]).find((id) => id !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A process of each container of this node. `proc` is /proc of the node's processes (hostPID). */
export function containerProcesses(proc = '/proc'): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const id = containerOfCgroup(readFileSync(`${proc}/${name}/cgroup`, 'utf8'));
      if (id !== undefined && !found.has(id) && !isOver(`${proc}/${name}`)) found.set(id, Number(name));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return found;
}

/** A process that has ended and is not waited for yet has no namespaces any more. */
function isOver(folder: string): boolean {
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`${folder}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The network of a pod; undefined while none of its containers runs. */
export function networkOf(pod: Pod, processes: ReadonlyMap<string, number>, proc = '/proc'): PodNetwork | undefined {
  for (const { id } of pod.containers) {
    const pid = processes.get(id);
    if (pid === undefined) continue;
    const path = `${proc}/${pid}/ns/net`;
    try {
      return { path, inode: statSync(path).ino };
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === 'EACCES' || code === 'EPERM') return { path, inode: 0 };
      // Ended meanwhile: another container may serve.
    }
  }
  return undefined;
}
