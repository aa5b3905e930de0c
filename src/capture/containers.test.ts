import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { containerOfCgroupFile, Containers } from './containers.ts';

const a = 'a1'.repeat(32);
const b = 'b2'.repeat(32);
const folder = mkdtempSync(join(tmpdir(), 'containers-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

test.each([
  ['containerd, systemd driver, v2', `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${a}.scope\n`, a],
  ['containerd, cgroupfs driver, v1 and v2', `12:cpu,cpuacct:/kubepods/burstable/pod1/${b}\n0::/kubepods/burstable/pod1/${a}\n`, a],
  ['v1 alone', `3:memory:/docker/${b}\n0::/\n`, b],
  ['seen from a cgroup namespace', `0::/../../${a}\n`, a],
  ['a cgroup below the container', `0::/kubepods/pod1/${a}/init.scope\n`, a],
  ['no container', '0::/system.slice/ssh.service\n', undefined],
  ['65 digits', `0::/x/${a}0\n`, undefined],
  ['nothing', '', undefined],
])('the container of a process: %s', (_name, text, id) => {
  expect(containerOfCgroupFile(text)).toBe(id);
});

test('a process that ended is found by its cgroup', () => {
  const cgroups = join(folder, 'cgroup');
  const own = join(cgroups, 'kubepods', 'pod1', a);
  mkdirSync(own, { recursive: true });
  mkdirSync(join(cgroups, 'kubepods', 'pod1', b));
  mkdirSync(join(folder, 'proc', '42'), { recursive: true });
  writeFileSync(join(folder, 'proc', '42', 'cgroup'), `0::/kubepods/pod1/${b}\n`);
  symlinkSync('/usr/bin/redis-server (deleted)', join(folder, 'proc', '42', 'exe'));
  const containers = new Containers(join(folder, 'proc'), [cgroups]);
  expect(containers.factsOf(42, '777')).toEqual({ container: b, program: 'redis-server' });
  expect(containers.factsOf(43, String(statSync(own).ino))).toEqual({ container: a, program: '' });
  expect(containers.containerOf(43, '999999999')).toBeUndefined();
  expect(containers.containerOf(43, '777')).toBe(b); // its cgroup was seen before
});
