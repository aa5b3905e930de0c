/** tcpdump on a node's link: the second witness of what is sent. */
import { spawn } from 'node:child_process';
import { until } from './exec.ts';
import type { ProcessId } from './processes.ts';

export interface Watched {
  /** Ends the watch; answers tcpdump's lines. */
  readonly stop: () => Promise<readonly string[]>;
}

/** Starts to watch; done when tcpdump listens. */
export async function watchWire(node: ProcessId, link: string, filter: string): Promise<Watched> {
  // Line by line and packet by packet, or the last ones are still in a buffer when it is stopped.
  const child = spawn('nsenter', ['-t', String(node.pid), '--net', '--', 'tcpdump', '-i', link, '-nn', '-l', '--immediate-mode', filter], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => {
    resolve();
  }));
  await until(20, () => (err.includes('listening on') ? true : undefined), () => `tcpdump did not start on ${link}: ${err}`);
  return {
    stop: async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.kill('SIGINT');
      await ended;
      return out.split('\n').filter((line) => line !== '');
    },
  };
}
