import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { containerOfCgroup, containerProcesses } from './podProcesses.ts';

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

test('a process that has ended does not stand for its container', () => {
  const proc = mkdtempSync(join(tmpdir(), 'stratoshark-proc-'));
  try {
    // 47 comes before 5 where names are sorted as text.
    for (const [pid, state] of [['47', 'Z'], ['5', 'S']] as const) {
      mkdirSync(join(proc, pid));
      writeFileSync(join(proc, pid, 'cgroup'), `0::/kubepods/pod1/${id}\n`);
      writeFileSync(join(proc, pid, 'stat'), `${pid} (a) b) ${state} 1 2\n`);
    }
    expect([...containerProcesses(proc)]).toEqual([[id, 5]]);
  } finally {
    rmSync(proc, { recursive: true });
  }
});
