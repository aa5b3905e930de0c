/** `stratoshark capture` on this machine, as the editor runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import type { LiveStatus } from '../../src/contract/live.ts';
import { run, until } from './exec.ts';
import { clientEnv } from './kube.ts';
import type { Item, TestLab } from './testLab.ts';

export interface Ended {
  readonly status: number | null;
  readonly stderr: string;
}

/** Its statuses as they come; ends by stop(), or by itself. */
export class Capture {
  public readonly file: string;
  public statuses: LiveStatus[] = [];
  public readonly ended: Promise<Ended>;
  public readonly child: ChildProcess;

  /** `kubeconfig` in place of the administrator's; `preload` is run before the command. */
  public constructor(it: TestLab, file: string, words: readonly string[], { kubeconfig = it.lab.kubeconfig, preload }: { readonly kubeconfig?: string; readonly preload?: string } = {}) {
    this.file = file;
    this.child = spawn(process.execPath, [...(preload === undefined ? [] : ['--import', preload]), join(root, 'dist', 'cli.js'), 'capture', '--kubeconfig', kubeconfig, ...words, '-w', file, '--supervised'], { env: clientEnv(it.lab), stdio: ['pipe', 'pipe', 'pipe'] });
    let [text, stderr] = ['', ''];
    this.child.stdout?.on('data', (part: Buffer) => {
      const lines = (text + part.toString()).split('\n');
      text = lines.pop() ?? '';
      this.statuses.push(...lines.map((line) => JSON.parse(line) as LiveStatus));
    });
    this.child.stderr?.on('data', (part: Buffer) => (stderr += part.toString()));
    this.ended = new Promise((resolve) => this.child.on('close', (status) => { resolve({ status, stderr }); }));
  }

  public get last(): LiveStatus | undefined {
    return this.statuses.at(-1);
  }

  public get states(): string {
    return (this.last?.nodes ?? []).map(({ name, state }) => `${name} ${state}`).sort().join(', ');
  }

  public async running(...nodes: readonly string[]): Promise<void> {
    await until(30, () => (this.states === nodes.map((name) => `${name} running`).sort().join(', ') ? true : undefined), () => `it does not run: ${this.states} ${JSON.stringify(this.last)}`);
  }

  /** Ends it as the editor does, by closing its standard input. */
  public async stop(): Promise<Ended> {
    this.child.stdin?.end();
    return this.ended;
  }
}

/** Sets the MTU of a pod's link, at both ends; answers what it was. */
export async function setMtu(it: TestLab, pod: Item, pid: number, mtu: number): Promise<number> {
  const at = (process: number, ...args: readonly string[]): Promise<string> => run('look at a link', 'nsenter', ['-t', String(process), '--net', '--', 'ip', ...args]);
  const node = it.nodeOf(pod).pid;
  const [, peer = '', before = ''] = /eth0@if(\d+): .* mtu (\d+) /.exec(await at(pid, '-o', 'link', 'show', 'eth0')) ?? [];
  const name = new RegExp(`^${peer}: ([^@:]+)`, 'm').exec(await at(node, '-o', 'link', 'show'))?.[1] ?? '';
  await at(node, 'link', 'set', name, 'mtu', String(mtu));
  await at(pid, 'link', 'set', 'eth0', 'mtu', String(mtu));
  return Number(before);
}

/** Sends datagrams out of a pod's network as fast as it can; how many there were, in which time. */
export async function flood(pid: number, count: number, bytes = 1400): Promise<{ readonly sent: number; readonly milliseconds: number }> {
  const program = `
    const socket = require('dgram').createSocket('udp4');
    const bytes = Buffer.alloc(${bytes});
    let sent = 0;
    const began = performance.now();
    const next = () => sent === ${count} ? (console.log(JSON.stringify({ sent, milliseconds: performance.now() - began })), socket.close()) : socket.send(bytes, 9999, '192.0.2.1', (error) => { if (error) throw error; sent++; next(); });
    next();`;
  return JSON.parse(await run('send datagrams', 'nsenter', ['-t', String(pid), '--net', '--', process.execPath, '-e', program], { timeout: 60 })) as { readonly sent: number; readonly milliseconds: number };
}
