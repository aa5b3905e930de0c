/** What a machine must let root do so that a lab can run on it; each lack is named with its remedy. */
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from './exec.ts';
import { cgroupRoots } from './teardown.ts';

/** Tried in namespaces of its own: what lab-init.sh and node-init.sh do first. */
const rehearsal = [
  'mount --make-rprivate /',
  'mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root',
  'mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root || { echo "no overlay file system over / here" >&2; exit 1; }',
  'ip link add name overlay0 type vxlan id 1 dstport 8472 dev lo nolearning || { echo "the kernel has no VXLAN: modprobe vxlan" >&2; exit 1; }',
  'ip link add name bridge0 type bridge || { echo "the kernel has no bridges: modprobe bridge" >&2; exit 1; }',
  '[ -w /proc/sys/net/bridge/bridge-nf-call-iptables ] || { echo "packets on bridges pass no rules here: modprobe br_netfilter" >&2; exit 1; }',
].join('\n');

function cgroupsClosed(): string | undefined {
  for (const base of cgroupRoots()) {
    const probe = join(base, `stratoshark-probe-${process.pid}`);
    try {
      mkdirSync(probe);
      rmdirSync(probe);
    } catch {
      return `no cgroup can be made below ${base}: it is read-only for containers; use a machine of its own, or a container with --privileged`;
    }
  }
  return undefined;
}

/** Why the lab cannot run on this machine, as the end of a sentence; undefined where it can. */
export async function machineLacks(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux, whose namespaces it runs in';
  if (process.getuid?.() !== 0) return 'it makes namespaces and network links: run it as root, e.g. "sudo npm run lab up"';
  if (!existsSync('/sys/fs/cgroup')) return 'there are no cgroups: mount them on /sys/fs/cgroup';
  // Modules are loaded on first use on most machines; these are needed before that.
  for (const name of ['overlay', 'br_netfilter', 'vxlan', 'nf_conntrack']) await attempt('modprobe', ['-q', name]).catch(() => undefined);
  const tried = await attempt('unshare', ['--mount', '--net', '--uts', '--ipc', '--pid', '--cgroup', '--fork', 'bash', '-e', '-c', rehearsal]).catch(() => undefined);
  if (tried === undefined) return 'there is no "unshare" (package util-linux)';
  if (tried.status !== 0) return `root may not do here what it needs: ${tried.stderr.trim().split('\n').at(-1) ?? ''}`;
  return cgroupsClosed();
}
