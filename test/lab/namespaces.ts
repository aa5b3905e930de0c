/** Making the lab's namespaces, and running programs and daemons inside them. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { BuildError } from '../../src/build/say.mjs';
import type { LabConfig } from './config.ts';
import { attempt, until, type Result, type RunOptions } from './exec.ts';
import { alive, identify, onlyChild, type ProcessId } from './processes.ts';

export const scripts = join(root, 'test/lab/sh');
export const nodeScript = (name: string): string => join(scripts, name);

/** Arguments of nsenter for the switch: the lab's network with this machine's files and processes. */
export const atSwitch = (init: ProcessId): readonly string[] => ['-t', String(init.pid), '--net'];
/** Arguments of nsenter for the control plane: processes started so end with the lab. */
export const inLab = (init: ProcessId): readonly string[] => ['-t', String(init.pid), '--mount', '--net', '--ipc', '--pid'];
/** Arguments of nsenter for "on the node", as a shell there would see it. */
export const onNode = (init: ProcessId): readonly string[] => ['-t', String(init.pid), '--mount', '--net', '--uts', '--ipc', '--pid', '--cgroup'];

/** Runs a program in namespaces to its end. */
export async function inside(where: readonly string[], command: readonly string[], options?: RunOptions): Promise<Result> {
  return attempt('nsenter', [...where, '--', ...command], options);
}

/** Starts a program that goes on after this one ends; its output goes to `log`. Signals of the terminal do not reach it. */
export function background(command: readonly string[], log: string): ProcessId {
  const [program = '', ...args] = command;
  const file = openSync(log, 'a');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', file, file] });
  closeSync(file);
  child.on('error', () => undefined);
  child.unref();
  const id = child.pid === undefined ? undefined : identify(child.pid);
  if (id === undefined) throw new BuildError(`cannot start ${program}: ${tail(log)}`);
  return id;
}

/** The last lines of a log, for messages. */
export function tail(log: string, lines = 6): string {
  if (!existsSync(log)) return '(no log)';
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** The last lines of a daemon's log. */
export function lastWords(lab: LabConfig, daemon: string): string {
  return tail(join(lab.logs, `${daemon}.log`));
}

/**
 * Waits for an init script to make `ready`, then answers its PID 1 as seen from here. `parent` is the process
 * that made the namespaces; `depth` counts the waiting processes between the two.
 */
export async function initOf(parent: ProcessId, depth: number, ready: string, log: string): Promise<ProcessId> {
  await until(60, () => {
    if (existsSync(ready)) return true;
    if (!alive(parent)) throw new BuildError(`the namespaces of the lab could not be made:\n${tail(log)}`);
    return undefined;
  }, () => `the namespaces of the lab were not ready after 60 s:\n${tail(log)}`);
  let pid = parent.pid;
  for (let step = 0; step < depth; step++) pid = onlyChild(pid) ?? 0;
  const init = identify(pid);
  if (init === undefined) throw new BuildError(`the first process of the lab ended at once:\n${tail(log)}`);
  return init;
}
