/** A lab from nothing to nothing, whole or interrupted: the suite's own other one, so that the cluster tests keep theirs. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { labConfig } from './config.ts';
import { attempt, sleep, until } from './exec.ts';
import { added, belongings, machine, remaining, type Machine } from './leftovers.ts';
import { loadState } from './state.ts';
import { downWhenGone } from './suite.ts';
import { tearDown } from './teardown.ts';
import { describeLab } from './testLab.ts';
import { bringUp } from './up.ts';

const nothing = { processes: [], namespaces: [] };
const program = join(root, 'test/lab/main.ts');

describeLab('a lab from nothing to nothing', () => {
  const lab = labConfig('spare');
  let before: Machine;
  let callOff: () => void;
  beforeAll(() => {
    tearDown(lab);
    callOff = downWhenGone(lab);
    before = machine();
  });
  afterAll(() => {
    tearDown(lab);
    callOff();
  });

  test('down leaves nothing: processes, namespaces, mounts, links, rules, cgroups, settings, files', async () => {
    await bringUp(lab, ['policies', 'dns']);
    const mine = belongings(lab);
    expect(mine.processes.length).toBeGreaterThan(20);
    expect(mine.namespaces.length).toBeGreaterThan(20);
    expect(added(before, machine())).toContainEqual(expect.stringContaining(lab.hostLink));
    const down = await attempt('node', [program, '--name', lab.name, 'down']);
    expect(down).toMatchObject({ status: 0 });
    expect(remaining(mine)).toMatchObject(nothing);
    expect([lab.dir, `${lab.dir}.lock`].filter((path) => existsSync(path))).toEqual([]);
    expect(added(before, machine())).toEqual([]);
  }, 300_000);

  test.each([['SIGINT', 130], ['SIGKILL', null]] as const)('up that is ended by %s half-way leaves nothing, or the next up clears it', async (signal, status) => {
    const child = spawn('node', [program, '--name', lab.name, 'up'], { stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await until(60, () => (Object.keys(loadState(lab)?.daemons ?? {}).includes('node2/containerd') ? true : undefined), () => 'up did not get as far as containerd within 60 s');
    const half = belongings(lab);
    expect(half.processes.length).toBeGreaterThan(5);
    child.kill(signal);
    expect(await ended).toBe(status);
    if (signal === 'SIGKILL') {
      await sleep(500);
      expect(remaining(half).processes.length).toBeGreaterThan(0);
      await bringUp(lab, []);
      expect(remaining(half)).toMatchObject(nothing);
      await attempt('node', [program, '--name', lab.name, 'down']);
    }
    expect(remaining(half)).toMatchObject(nothing);
    expect([lab.dir, `${lab.dir}.lock`].filter((path) => existsSync(path))).toEqual([]);
    expect(added(before, machine())).toEqual([]);
  }, 120_000);
});
