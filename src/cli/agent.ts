/** `stratoshark agent`: the first process of an agent's container. It keeps the node's captures in order and shows that it lives. */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeView } from '../agent/nodeView.ts';
import { ApiClient } from '../cluster/apiClient.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';

const kBeat = 5000;
const kTidy = 3600 * 1000;
const kDays = 24 * 3600 * 1000;

const setting = (name: string, otherwise: string): string => {
  const value = process.env[name];
  return value === undefined || value === '' ? otherwise : value;
};

/** Deletes captures that are older than the retention; names of what could not be looked at are of no interest. */
function tidy(folder: string, days: number, io: CommandIo): void {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names.filter((one) => /\.pcap(?:ng)?(?:\.gz|\.zst)?$/.test(one))) {
    try {
      const path = join(folder, name);
      if (Date.now() - statSync(path).mtimeMs < days * kDays) continue;
      rmSync(path);
      io.err(`${path} was older than ${String(days)} days and is deleted.`);
    } catch {
      // Somebody else has deleted it.
    }
  }
}

/** Runs until SIGTERM or SIGINT. */
export async function agentCommand(io: CommandIo): Promise<number> {
  const node = setting('NODE_NAME', '');
  if (node === '') throw new CommandError('NODE_NAME is not set: give it to the agent from spec.nodeName, as bpf/deploy does.', exit.failure);
  const heartbeat = setting('STRATOSHARK_HEARTBEAT', '/tmp/heartbeat');
  const captures = setting('STRATOSHARK_CAPTURES', '/var/log/captures');
  const days = Number(setting('STRATOSHARK_RETENTION_DAYS', '7'));
  const view = new NodeView(ApiClient.open(undefined), node);
  await view.begin();
  io.err(`The agent of ${node} is ready; ${String(view.pods.filter(({ over }) => !over).length)} pods run here.`);
  void view.follow(() => undefined);
  let told = '';
  const beat = (): void => {
    writeFileSync(heartbeat, `${String(Date.now())}\n`);
    const problem = view.problem ?? '';
    if (problem !== told && problem !== '') io.err(problem);
    told = problem;
  };
  beat();
  tidy(captures, days, io);
  const timers = [setInterval(beat, kBeat), setInterval(() => { tidy(captures, days, io); }, kTidy)];
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => { resolve(); });
  });
  timers.forEach((timer) => { clearInterval(timer); });
  view.close();
  return exit.ok;
}
