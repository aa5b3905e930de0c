/** Where the pods of this node run: processes by the container and the pod in their cgroups, and their networks. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Pod } from './pods.ts';

/** Interfaces of a pod: its link, those of further networks, and lo, where sidecars talk. */
const kDevices = /^(?:lo|(?:eth|net|ens)\d+)$/;

export interface NodeProcesses {
  /** One of each container, by its id. */
  readonly containers: ReadonlyMap<string, number>;
  /** Those of each pod, by its uid: the one that holds its network too, which is none of its containers'. */
  readonly pods: ReadonlyMap<string, readonly number[]>;
}

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

/**
 * The uid in the folder of a pod, as the kubelet names it: `pod` and the uid, with systemd at the end of a slice's name and
 * with `_` for `-`. Of pods from a node's files the kubelet writes another than the API server knows.
 */
export function podOfCgroup(file: string): string | undefined {
  const found = /[/-]pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12})(?:\.slice)?\//.exec(file)?.[1];
  return found?.replaceAll('_', '-');
}

/** The processes of this node's pods. `proc` is /proc of the node's processes (hostPID). */
export function nodeProcesses(proc = '/proc'): NodeProcesses {
  const containers = new Map<string, number>();
  const pods = new Map<string, number[]>();
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const groups = readFileSync(`${proc}/${name}/cgroup`, 'utf8');
      const [container, pod] = [containerOfCgroup(groups), podOfCgroup(groups)];
      if ((container === undefined && pod === undefined) || isOver(`${proc}/${name}`)) continue;
      if (container !== undefined && !containers.has(container)) containers.set(container, Number(name));
      if (pod === undefined) continue;
      const others = pods.get(pod);
      if (others === undefined) pods.set(pod, [Number(name)]);
      else others.push(Number(name));
    } catch {
      // It has ended since the folder was read.
    }
  }
  return { containers, pods };
}

/** A process that has ended and is not waited for yet has no namespaces any more. */
function isOver(folder: string): boolean {
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`${folder}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * The network of a pod; undefined while there is none. Between the runs of a container that fails again and again, and before
 * its first, only the process has it that holds it for the pod.
 */
export function networkOf({ uid, containers }: Pick<Pod, 'uid' | 'containers'>, processes: NodeProcesses, proc = '/proc'): PodNetwork | undefined {
  for (const { id } of containers) {
    const pid = processes.containers.get(id);
    const found = pid === undefined ? undefined : namespaceOf(proc, pid);
    if (found !== undefined) return found;
  }
  const holders = processes.pods.get(uid) ?? [];
  if (holders.length === 0) return undefined;
  // A runtime's process is in the pod's cgroup before it is in its network: until then it is in the node's, as ours is.
  const [own, first] = [namespaceOf(proc, 'self'), namespaceOf(proc, 1)];
  return holders.map((pid) => namespaceOf(proc, pid)).filter((found) => found !== undefined)
    // Some runtimes have it before its link is in it.
    .find((found) => ![0, own?.inode, first?.inode].includes(found.inode) && devicesOf(found).some((device) => device !== 'lo'));
}

function namespaceOf(proc: string, process: number | 'self'): PodNetwork | undefined {
  const path = `${proc}/${process}/ns/net`;
  try {
    return { path, inode: statSync(path).ino };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // Ended meanwhile: another process may serve.
    return code === 'EACCES' || code === 'EPERM' ? { path, inode: 0 } : undefined;
  }
}

const linksFirst = (a: string, b: string): number => Number(a === 'lo') - Number(b === 'lo') || a.localeCompare(b);

/** Names in /proc/PID/net/dev, which is of the process's network namespace: `  eth0: 123 …` after two lines of headings. */
export function devicesOf({ path }: PodNetwork): readonly string[] {
  try {
    const text = readFileSync(path.replace(/ns\/net$/, 'net/dev'), 'utf8');
    return text.split('\n').slice(2).map((line) => line.split(':')[0]?.trim() ?? '').filter((name) => kDevices.test(name)).sort(linksFirst);
  } catch {
    return ['eth0', 'lo'];
  }
}
