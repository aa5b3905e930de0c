/** What is known about a running lab: kept in its directory, so that any later command finds it. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabConfig } from './config.ts';
import { alive, identify, type ProcessId } from './processes.ts';

/** The lab as it is while it runs. */
export interface LabState {
  /** PID 1 of the lab: all of it ends with this process. */
  readonly init: ProcessId;
  /** PID 1 of each node, by name. */
  readonly nodes: Readonly<Record<string, ProcessId>>;
  /** `etcd`, `node1/kubelet`, …: the process that waits for the daemon. */
  readonly daemons: Readonly<Record<string, ProcessId>>;
  /** Milliseconds since the epoch; absent while the lab comes up. */
  readonly upSince?: number;
  /** Directory of the programs it runs. */
  readonly binaries: string;
}

const stateFile = (lab: LabConfig): string => join(lab.dir, 'state.json');
/** Written by the lab's first process itself before it does anything: its line of /proc/PID/stat and the boot's id. */
export const firstProcessFile = (lab: LabConfig): string => join(lab.dir, 'first-process');

export function saveState(lab: LabConfig, state: LabState): void {
  mkdirSync(lab.dir, { recursive: true });
  writeFileSync(`${stateFile(lab)}.new`, JSON.stringify(state));
  renameSync(`${stateFile(lab)}.new`, stateFile(lab));
}

export function loadState(lab: LabConfig): LabState | undefined {
  if (!existsSync(stateFile(lab))) return undefined;
  return JSON.parse(readFileSync(stateFile(lab), 'utf8')) as LabState;
}

/** Whether a lab runs and came up whole. */
export function isUp(state: LabState | undefined): state is LabState {
  return state?.upSince !== undefined && alive(state.init);
}

/** Daemons that have ended although the lab runs. */
export function deadDaemons(state: LabState): readonly string[] {
  return Object.entries(state.daemons).filter(([, id]) => !alive(id)).map(([name]) => name);
}

/** The process that holds the lab's namespaces together, even where `up` was killed before it could write the state. */
export function firstProcess(lab: LabConfig): ProcessId | undefined {
  if (!existsSync(firstProcessFile(lab))) return undefined;
  const [boot = '', stat = ''] = readFileSync(firstProcessFile(lab), 'utf8').split('\n');
  if (boot !== readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) return undefined;
  const pid = Number.parseInt(stat, 10);
  const now = identify(pid);
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return now !== undefined && now.started === started ? now : undefined;
}
