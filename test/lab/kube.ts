/** Talking to the lab's API server: plain reads over HTTPS, everything else by kubectl. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import type { LabConfig } from './config.ts';
import { attempt, run, until, type Result, type RunOptions } from './exec.ts';

/** Environment in which clients find the lab directly, whatever proxy the machine uses. */
export function clientEnv(lab: LabConfig): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: lab.kubeconfig, NO_PROXY: lab.apiIp, no_proxy: lab.apiIp };
}

export class Kube {
  readonly lab: LabConfig;
  private readonly program: string;
  private agent: Agent | undefined;

  constructor(lab: LabConfig, binaries: string) {
    this.lab = lab;
    this.program = join(binaries, 'kubectl');
  }

  /** Body of a GET by the administrator; undefined where the server does not answer with success. */
  async text(path: string): Promise<string | undefined> {
    const read = (name: string): Buffer => readFileSync(join(this.lab.pki, name));
    this.agent ??= new Agent({ keepAlive: true, ca: read('ca.crt'), cert: read('admin.crt'), key: read('admin.key') });
    return new Promise((resolve) => {
      const asked = request(`${this.lab.apiUrl}${path}`, { agent: this.agent, timeout: 5000 }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve(response.statusCode === 200 ? Buffer.concat(parts).toString() : undefined);
        });
        response.on('error', () => {
          resolve(undefined);
        });
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', () => {
        resolve(undefined);
      });
      asked.end();
    });
  }

  /** An object or a list of the API; undefined where there is none. */
  async get(path: string): Promise<unknown> {
    const body = await this.text(path);
    return body === undefined ? undefined : (JSON.parse(body) as unknown);
  }

  /** kubectl with arguments, to be started by the caller. */
  command(args: readonly string[]): [program: string, args: readonly string[]] {
    return ['env', [`KUBECONFIG=${this.lab.kubeconfig}`, `NO_PROXY=${this.lab.apiIp}`, `no_proxy=${this.lab.apiIp}`, this.program, ...args]];
  }

  /** Runs kubectl and answers as it does. */
  async kubectl(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return attempt(this.program, args, { env: clientEnv(this.lab), ...options });
  }

  /** Runs kubectl; a failure tells what it was to do. Answers its stdout. */
  async must(why: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    return run(why, this.program, args, { env: clientEnv(this.lab), ...options });
  }

  /** Creates or changes the objects of a manifest. */
  async apply(why: string, manifest: string): Promise<void> {
    await this.must(why, ['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: manifest });
  }

  /** Waits for all pods of the given workloads (`deployment/web`) to be ready. */
  async rolledOut(namespace: string, workloads: readonly string[], seconds: number): Promise<void> {
    for (const workload of workloads) {
      const result = await this.kubectl(['-n', namespace, 'rollout', 'status', workload, `--timeout=${seconds}s`]);
      if (result.status === 0) continue;
      const pods = await this.kubectl(['-n', namespace, 'get', 'pods', '-o', 'wide']);
      const events = await this.kubectl(['-n', namespace, 'get', 'events', '--field-selector', 'type=Warning', '--sort-by=.lastTimestamp']);
      throw new Error(`${namespace}/${workload} was not ready after ${seconds} s\n${pods.stdout}${events.stdout.split('\n').slice(-8).join('\n')}`);
    }
  }

  /** Waits for a condition of an object, asking the API directly (kubectl takes long to start on a busy machine). */
  async condition(path: string, type: string, seconds: number, late: () => string): Promise<void> {
    await until(seconds, async () => {
      const object = (await this.get(path)) as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } } | undefined;
      return object?.status?.conditions?.some((one) => one.type === type && one.status === 'True') === true ? true : undefined;
    }, late);
  }

  close(): void {
    this.agent?.destroy();
  }
}
