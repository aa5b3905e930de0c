/**
 * Takes a lab down, whole or half made. Everything in it runs in namespaces that hang on one process, so one
 * signal ends it all; what is left are cgroups, one link and the directory. Synchronous: it also runs as the
 * last act of a process that was interrupted.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../src/build/say.mjs';
import type { LabConfig } from './config.ts';
import { clearLock } from './lock.ts';
import { alive, pause, type ProcessId } from './processes.ts';
import { firstProcess, loadState } from './state.ts';

/** Roots of the cgroup hierarchies of this machine, v1, hybrid or v2. */
export function cgroupRoots(): readonly string[] {
  const base = '/sys/fs/cgroup';
  if (existsSync(join(base, 'cgroup.controllers'))) return [base];
  return readdirSync(base)
    .map((name) => join(base, name))
    .filter((path) => !lstatSync(path).isSymbolicLink() && existsSync(join(path, 'cgroup.procs')));
}

function signalKill(id: ProcessId): void {
  if (!alive(id)) return;
  try {
    process.kill(id.pid, 'SIGKILL');
  } catch {
    // Ended by itself in between.
  }
}

function killAndWait(id: ProcessId, seconds: number): void {
  const end = Date.now() + seconds * 1000;
  while (alive(id)) {
    signalKill(id);
    if (Date.now() > end) throw new BuildError(`process ${id.pid} of the lab does not end; look at it with "ps -p ${id.pid} -o stat,wchan,cmd"`);
    pause(20);
  }
}

/** Removes a cgroup and all below it, deepest first; a cgroup whose last process is still going is asked again. */
export function removeCgroup(path: string): void {
  for (let round = 0; existsSync(path) && round < 100; round++) {
    if (removeOnce(path)) return;
    pause(50);
  }
  if (existsSync(path)) throw new BuildError(`the cgroup ${path} still holds processes; "cat ${path}/cgroup.procs" says which`);
}

function removeOnce(path: string): boolean {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeOnce(join(path, entry.name));
  try {
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Ends everything of the lab; answers whether there was anything. */
export function tearDown(lab: LabConfig): boolean {
  const state = loadState(lab);
  const first = firstProcess(lab);
  const was = existsSync(lab.dir);
  // PID 1 of the lab takes every process in its pid namespace along, nodes and containers too. It lingers until who
  // waits for a daemon outside has seen it end: one that was stopped (by a stopped daemon) never would.
  for (const id of Object.values(state?.daemons ?? {})) signalKill(id);
  for (const id of [state?.init, first]) if (id !== undefined) killAndWait(id, 30);
  for (const base of cgroupRoots()) removeCgroup(join(base, lab.cgroup));
  // The link goes with the namespace of its other end, some moments later; asking for it speeds that up.
  if (existsSync(`/sys/class/net/${lab.hostLink}`)) spawnSync('ip', ['link', 'delete', lab.hostLink], { stdio: 'ignore' });
  for (let round = 0; existsSync(`/sys/class/net/${lab.hostLink}`) && round < 50; round++) pause(100);
  rmSync(lab.dir, { recursive: true, force: true, maxRetries: 5 });
  clearLock(lab);
  return was;
}
