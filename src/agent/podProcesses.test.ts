import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerOfCgroup, networkOf, nodeProcesses, podOfCgroup } from './podProcesses.ts';

const id = '0123456789abcdef'.repeat(4);
const other = 'f'.repeat(64);

// Forms as the runtimes write them: cgroupfs, containerd and CRI-O and docker under systemd, a private cgroup namespace.
test.each([
  [`0::/kubepods/burstable/pod1/${id}\n`, id],
  [`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${id}.scope\n`, id],
  [`0::/kubepods.slice/kubepods-pod1.slice/crio-${id}.scope\n`, id],
  [`0::/system.slice/docker-${id}.scope/init\n`, id],
  [`0::/../../pod1/${id}\n`, id],
  [`12:cpu:/kubepods/${other}\n0::/kubepods/pod1/${id}\n`, id],
  [`12:cpu:/kubepods/pod1/${id}\n0::/\n`, id],
  ['0::/user.slice/session-1.scope\n', undefined],
  [`0::/kubepods/${id}0\n`, undefined],
  ['', undefined],
])('container of %s', (file, container) => {
  expect(containerOfCgroup(file)).toBe(container);
});

const uid = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const slice = uid.replaceAll('-', '_');
test.each([
  [`0::/kubepods/burstable/pod${uid}/${id}\n`, uid],
  [`0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${slice}.slice/cri-containerd-${id}.scope\n`, uid],
  [`0::/../../pod${uid}/${id}\n`, uid],
  // Of a pod from a file of the node: the hash of the file.
  [`0::/kubepods/burstable/pod${'a'.repeat(32)}/${id}\n`, undefined],
  [`0::/kubepods/burstable/pod${uid}\n`, undefined],
  ['0::/system.slice/sshd.service\n', undefined],
])('pod of %s', (file, pod) => {
  expect(podOfCgroup(file)).toBe(pod);
});

/** A /proc with these processes: the state, the cgroup, the network (a name) and its interfaces of each. */
function withProcesses(processes: Readonly<Record<string, { readonly state?: string; readonly container: string; readonly network?: string; readonly devices?: readonly string[] }>>, look: (proc: string) => void): void {
  const proc = mkdtempSync(join(tmpdir(), 'stratoshark-proc-'));
  try {
    for (const [pid, { state = 'S', container, network = 'own', devices = ['lo', 'eth0'] }] of Object.entries(processes)) {
      mkdirSync(join(proc, pid, 'ns'), { recursive: true });
      mkdirSync(join(proc, pid, 'net'));
      writeFileSync(join(proc, pid, 'cgroup'), container === '' ? '0::/\n' : `0::/kubepods/burstable/pod${uid}/${container}\n`);
      writeFileSync(join(proc, pid, 'stat'), `${pid} (a) b) ${state} 1 2\n`);
      writeFileSync(join(proc, pid, 'net', 'dev'), ['Inter-|', ' face |', ...devices.map((name) => `  ${name}: 0`), ''].join('\n'));
      const file = join(proc, `net-${network}`);
      writeFileSync(file, '');
      linkSync(file, join(proc, pid, 'ns', 'net'));
    }
    look(proc);
  } finally {
    rmSync(proc, { recursive: true });
  }
}

test('a process that has ended does not stand for its container', () => {
  // 47 comes before 5 where names are sorted as text.
  withProcesses({ 47: { state: 'Z', container: id }, 5: { container: id } }, (proc) => {
    expect([...nodeProcesses(proc).containers]).toEqual([[id, 5]]);
    expect([...nodeProcesses(proc).pods]).toEqual([[uid, [5]]]);
  });
});

test('a pod has its network by a container, else by whoever holds it, and never the one of its node', () => {
  const node = { container: '', network: 'node' };
  const pod = { uid, containers: [{ name: 'main', id }] };
  const found = (processes: Parameters<typeof withProcesses>[0], of = pod): string | undefined => {
    let path: string | undefined;
    withProcesses({ 1: node, self: node, ...processes }, (proc) => {
      const network = networkOf(of, nodeProcesses(proc), proc);
      expect(network?.inode).toBe(network === undefined ? undefined : statSync(network.path).ino);
      path = network?.path.slice(proc.length);
    });
    return path;
  };
  expect(found({ 30: { container: other }, 31: { container: id } })).toBe('/31/ns/net');
  // Its container has ended, or has not been told of yet.
  expect(found({ 30: { container: other } })).toBe('/30/ns/net');
  expect(found({ 30: { container: other } }, { uid, containers: [] })).toBe('/30/ns/net');
  // The runtime is about to make the pod: still in the node's network, or its link is to come.
  expect(found({ 30: { container: other, network: 'node' } })).toBeUndefined();
  expect(found({ 30: { container: other, network: 'node' }, 31: { container: other } })).toBe('/31/ns/net');
  expect(found({ 30: { container: other, devices: ['lo'] } })).toBeUndefined();
  expect(found({ 30: { container: other } }, { uid: uid.replace('0', '1'), containers: [] })).toBeUndefined();
});
