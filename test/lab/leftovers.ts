/** What a lab could leave behind on a machine, so that a test can hold "nothing" against before and after. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { LabConfig } from './config.ts';
import { alive, identify, type ProcessId } from './processes.ts';
import { cgroupRoots } from './teardown.ts';

/** The parts of the machine that Kubernetes and containers change, each as lines of text. */
export type Machine = Readonly<Record<string, readonly string[]>>;

/** Settings of the whole machine that the kubelet or kube-proxy would write. */
const settings = [
  'vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes',
  'net/ipv4/ip_forward', 'net/ipv4/conf/all/route_localnet', 'net/ipv4/conf/all/rp_filter', 'net/bridge/bridge-nf-call-iptables',
  'net/netfilter/nf_conntrack_max', 'net/netfilter/nf_conntrack_tcp_timeout_established',
];

/** Folders where daemons of a node would put files. */
const folders = [
  '/etc/cni', '/etc/cni/net.d', '/etc/kubernetes', '/etc/containerd', '/opt', '/opt/cni', '/run', '/run/netns', '/run/containerd', '/run/runc', '/var/run',
  '/var/lib', '/var/lib/kubelet', '/var/lib/containerd', '/var/lib/cni', '/var/log', '/var/log/pods', '/var/log/containers', '/sys/fs/bpf',
];

function lines(command: string, args: readonly string[]): readonly string[] {
  return execFileSync(command, args, { encoding: 'utf8' }).split('\n').filter((line) => line !== '').sort();
}

const list = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)).sort() : []);

/** Mount points with their file systems; the numbers before them change all the time. */
function mounts(): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n').map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    return `${before.split(' ')[4] ?? ''} ${after.split(' ')[0] ?? ''}`;
  }).sort();
}

/** The machine as it is now, as far as a lab could change it; without processes and namespaces, which others make too. */
export function machine(): Machine {
  return {
    mounts: mounts(),
    links: lines('ip', ['-o', 'link']).map((line) => (line.split(': ')[1] ?? '')),
    addresses: lines('ip', ['-o', 'addr']).map((line) => line.split(/\s+/).slice(1, 4).join(' ')),
    routes: lines('ip', ['-4', 'route', 'show', 'table', 'all']),
    rules: lines('ip', ['rule']),
    nftables: lines('nft', ['list', 'ruleset']),
    cgroups: cgroupRoots().flatMap((base) => list(base)).filter((path) => existsSync(join(path, 'cgroup.procs'))),
    settings: settings.map((name) => `${name}=${existsSync(`/proc/sys/${name}`) ? readFileSync(`/proc/sys/${name}`, 'utf8').trim() : '-'}`),
    files: folders.flatMap(list),
  };
}

/**
 * What is there after and was not before; settings are in it as changed lines. Namespaces that others bound to names
 * meanwhile do not count: those of the lab's pods would be called cni-….
 */
export function added(before: Machine, after: Machine): readonly string[] {
  return Object.entries(after).flatMap(([part, found]) => {
    const known = new Set(before[part]);
    return found.filter((line) => !known.has(line) && !/^\/(?:var\/)?run\/netns\/(?!cni-)/.test(line)).map((line) => `${part}: ${line}`);
  });
}

/** Processes of a lab and the namespaces they are in. */
export interface Belongings {
  /** When they were taken, in clock ticks since boot. */
  readonly at: number;
  readonly processes: readonly ProcessId[];
  /** `net:[4026531840]`, … */
  readonly namespaces: readonly string[];
}

const processNumbers = (): readonly number[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function namespacesOf(pid: number): readonly string[] {
  return ['net', 'mnt', 'pid', 'uts', 'ipc', 'cgroup'].flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });
}

/** What belongs to a lab that runs, told by the cgroup of each process. */
export function belongings(lab: LabConfig): Belongings {
  const pids = processNumbers().filter((pid) => textOf(`/proc/${pid}/cgroup`).includes(`/${lab.cgroup}/`));
  const own = new Set(namespacesOf(process.pid));
  const namespaces = new Set(pids.flatMap(namespacesOf).filter((name) => !own.has(name)));
  const processes = pids.flatMap((pid) => identify(pid) ?? []);
  return { at: Math.max(0, ...processes.map(({ started }) => Number(started))), processes, namespaces: [...namespaces].sort() };
}

/**
 * Those that are still there. Numbers of namespaces are given again at once, so one counts as the old one only where
 * a process is in it that ran when the belongings were taken.
 */
export function remaining(before: Belongings): Belongings {
  const old = processNumbers().flatMap((pid) => identify(pid) ?? []).filter(({ started }) => Number(started) <= before.at);
  const now = new Set(old.flatMap(({ pid }) => namespacesOf(pid)));
  return { at: before.at, processes: before.processes.filter(alive), namespaces: before.namespaces.filter((name) => now.has(name)) };
}
