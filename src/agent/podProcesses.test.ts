import { expect, test } from 'vitest';
import { containerOfCgroup } from './podProcesses.ts';

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
