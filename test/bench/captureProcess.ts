/** A capturing process of a bench: when it is ready, and what it has taken of a processor. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../src/build/cache.mjs';
import type { Network, Running } from '../live/network.ts';
import { inodeOf, native } from '../live/ownerPeer.ts';

/** Less in a look is what a waiting process takes, nanoseconds; one that is busy takes ten times that in a tenth of a processor. */
const kIdle = 5e6;
const kLook = 500;
/** Milliseconds between looks at what the programs tell, as an agent's. */
const kPoll = 200;
const kPatience = 60_000;

/** A capture of ours that tells owners in both namespaces; the arguments are those of a live capture. */
export const ownedCapture = ({ left, right }: Network, ...options: readonly string[]): readonly string[] =>
  [process.execPath, join(root, 'test/bench/ownedCapture.ts'), `${String(inodeOf(left))}=10.9.0.1,${String(inodeOf(right))}=10.9.0.2`, ...options];

/** Runs something while owners are told in network namespaces (inodes), by the programs alone; with what they told, JSON after JSON. */
export async function whileTold<T>(namespaces: readonly number[], run: () => Promise<T>): Promise<{ readonly result: T; readonly told: string }> {
  const owners = native().openOwners(JSON.stringify({ namespaces }));
  let told = '';
  const look = setInterval(() => { told += owners.poll(); }, kPoll);
  try {
    const result = await run();
    told += owners.poll();
    return { result, told };
  } finally {
    clearInterval(look);
    owners.close();
  }
}

/** CPU nanoseconds of all threads of a process (/proc/PID/task/TID/schedstat). */
export function cpu(pid: number): number {
  return readdirSync(`/proc/${String(pid)}/task`).reduce((sum, task) =>
    sum + Number(readFileSync(`/proc/${String(pid)}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);
}

/** Waits until it captures: a packet socket of that namespace runs, there is no other. */
export async function capturing({ process: child, ended }: Running, space: number): Promise<void> {
  const pid = child.pid ?? 0;
  const runs = (): boolean => statSync(`/proc/${String(pid)}/ns/net`).ino === space
    && readFileSync(`/proc/${String(pid)}/net/packet`, 'utf8').trim().split('\n').slice(1).some((line) => line.trim().split(/\s+/)[5] === '1');
  for (const end = Date.now() + kPatience; Date.now() < end;) {
    if (child.exitCode !== null) throw new Error((await ended).stderr);
    if (runs()) return;
    await sleep(50);
  }
  throw new Error('it does not begin to capture');
}

/** Waits until it has nothing left to do; its CPU time then. */
export async function idle(pid: number): Promise<number> {
  let before = cpu(pid);
  for (const end = Date.now() + kPatience; Date.now() < end;) {
    await sleep(kLook);
    const now = cpu(pid);
    if (now - before < kIdle) return now;
    before = now;
  }
  throw new Error('it has always something to do');
}
