/** `stratoshark --stats`: what the captures of this agent have done, and what it uses. */
import { agentSessions, sessionFolder } from '../agent/sessions.ts';
import { usage } from '../agent/usage.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';

/** Over which the CPU is measured, milliseconds. */
const kSample = 500;

const percent = (part: number, whole: number): string => `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(2)} %`;
const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

export async function statsCommand(json: boolean, io: CommandIo): Promise<number> {
  const folder = sessionFolder();
  if (folder === undefined) throw new CommandError('--stats is for the agent in a cluster: run it there with kubectl exec.', exit.failure);
  const before = usage();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, kSample));
  const now = usage();
  const cpu = before.cpuMicroseconds === undefined || now.cpuMicroseconds === undefined ? undefined
    : (now.cpuMicroseconds - before.cpuMicroseconds) / 10 / (performance.now() - began);
  const { running, ended, totals: { packets, dropped } } = agentSessions(folder);
  if (json) {
    io.out(`${JSON.stringify({ running, ended, packets, dropped, cpuPercent: cpu, memoryBytes: now.memoryBytes, memoryLimit: now.memoryLimit })}\n`);
    return exit.ok;
  }
  const limit = now.memoryLimit === undefined || now.memoryBytes === undefined ? '' : ` of ${mebibytes(now.memoryLimit)} (${percent(now.memoryBytes, now.memoryLimit)})`;
  io.out([
    `Captures running:  ${String(running.length)} (${String(ended)} ended)`,
    `Packets captured:  ${String(packets)}`,
    `Packets dropped:   ${String(dropped)} (${percent(dropped, packets + dropped)})`,
    `CPU:               ${cpu === undefined ? 'not known' : `${cpu.toFixed(1)} % of one`}`,
    `Memory:            ${now.memoryBytes === undefined ? 'not known' : `${mebibytes(now.memoryBytes)}${limit}`}`,
    ...running.map(({ pid, file, packets: here, started }) => `  ${String(pid)}: ${file === '-' ? 'standard output' : file}, ${String(here)} packets in ${((Date.now() - started) / 1000).toFixed(0)} s`),
  ].map((line) => `${line}\n`).join(''));
  return exit.ok;
}
