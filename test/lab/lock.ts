/** One command at a time makes or clears a lab. */
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { BuildError } from '../../src/build/say.mjs';
import type { LabConfig } from './config.ts';
import { alive, identify, type ProcessId } from './processes.ts';

const lockFile = (lab: LabConfig): string => `${lab.dir}.lock`;

function holder(lab: LabConfig): ProcessId | undefined {
  try {
    const id = JSON.parse(readFileSync(lockFile(lab), 'utf8')) as ProcessId;
    return alive(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the lock of a lab; that of a command which ended without giving it back counts for nothing. */
export function takeLock(lab: LabConfig): () => void {
  mkdirSync(dirname(lab.dir), { recursive: true });
  const held = holder(lab);
  if (held !== undefined) throw new BuildError(`process ${held.pid} is bringing ${lab.name} up: wait for it, or end it`);
  rmSync(lockFile(lab), { force: true });
  try {
    writeFileSync(lockFile(lab), JSON.stringify(identify(process.pid)), { flag: 'wx' });
  } catch {
    throw new BuildError(`another process is just bringing ${lab.name} up: wait for it`);
  }
  return () => {
    remove(lab);
  };
}

function remove(lab: LabConfig): void {
  rmSync(lockFile(lab), { force: true });
  try {
    rmdirSync(dirname(lab.dir));
  } catch {
    // Other labs are in it, or it was never made.
  }
}

/** Removes the lock that a killed command left. */
export function clearLock(lab: LabConfig): void {
  if (holder(lab) === undefined) remove(lab);
}
