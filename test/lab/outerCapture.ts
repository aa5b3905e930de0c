/** `stratoshark capture` on this machine, as the editor runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import type { LiveStatus } from '../../src/contract/live.ts';
import { until } from './exec.ts';
import { clientEnv } from './kube.ts';
import type { TestLab } from './testLab.ts';

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

  public constructor(it: TestLab, file: string, words: readonly string[]) {
    this.file = file;
    this.child = spawn(process.execPath, [join(root, 'dist', 'cli.js'), 'capture', '--kubeconfig', it.lab.kubeconfig, ...words, '-w', file, '--supervised'], { env: clientEnv(it.lab), stdio: ['pipe', 'pipe', 'pipe'] });
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
