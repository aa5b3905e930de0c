/** Running the agent's commands on the lab, and what tests hold its captures against. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { attempt, run, until, type Result } from './exec.ts';
import type { Item, TestLab } from './testLab.ts';

/** The agent's pod on a node. */
export async function agentOn(it: TestLab, node: string): Promise<string> {
  const pods = await it.items(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods?labelSelector=app%3Dstratoshark&fieldSelector=spec.nodeName%3D${node}`);
  const name = pods[0]?.metadata.name;
  if (name === undefined) throw new Error(`no agent on ${node}`);
  return name;
}

/** `kubectl exec` in the agent of a node. */
export async function inAgent(it: TestLab, node: string, command: readonly string[]): Promise<Result> {
  return it.kube.kubectl(['-n', AGENT_NAMESPACE, 'exec', await agentOn(it, node), '--', ...command], { timeout: 50 });
}

export interface RunningCapture {
  /** Done when it says that it captures; a capture that ends before fails. */
  readonly started: Promise<void>;
  readonly result: Promise<Result>;
}

/** Starts a capture in the agent of a node. */
export function captureInAgent(it: TestLab, node: string, args: readonly string[]): RunningCapture {
  return startInAgent(it, node, ['stratoshark', ...args]);
}

/** A capture that can be sent a signal: its process is the shell that says its number. */
export function signalled(it: TestLab, node: string, name: string, args: readonly string[]): RunningCapture & { readonly signal: (name: 'TERM' | 'KILL') => Promise<Result> } {
  const running = startInAgent(it, node, ['sh', '-c', `echo $$ >/tmp/${name}.pid; exec stratoshark "$@"`, 'sh', ...args]);
  return { ...running, signal: (signal) => inAgent(it, node, ['sh', '-c', `kill -${signal} $(cat /tmp/${name}.pid)`]) };
}

function startInAgent(it: TestLab, node: string, command: readonly string[]): RunningCapture {
  let begun: () => void = () => undefined;
  let failed: (error: Error) => void = () => undefined;
  const started = new Promise<void>((resolve, reject) => {
    begun = resolve;
    failed = reject;
  });
  started.catch(() => undefined);
  const result = agentOn(it, node).then((agent) => new Promise<Result>((resolve) => {
    const child = spawn(...it.kube.command(['-n', AGENT_NAMESPACE, 'exec', agent, '--', ...command]), { stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString('latin1')));
    child.stderr.on('data', (part: Buffer) => {
      stderr += part.toString();
      if (stderr.includes('Capturing ')) begun();
    });
    child.on('close', (code) => {
      failed(new Error(`the capture ended with ${String(code)}: ${stderr}`));
      resolve({ status: code ?? 1, stdout, stderr });
    });
  }));
  return { started, result };
}

/** Copies a file of an agent here with `kubectl cp`. */
export async function copyFromAgent(it: TestLab, node: string, path: string, to: string): Promise<void> {
  await it.kube.must('copy the capture', ['-n', AGENT_NAMESPACE, 'cp', `${await agentOn(it, node)}:${path}`, to], { timeout: 30 });
}

/** Rows of tshark: one string per packet, its fields with tabs between. */
export async function tsharkRows(file: string, fields: readonly string[], more: readonly string[] = []): Promise<readonly string[]> {
  const text = await run('read the capture', 'tshark', ['-n', '-r', file, ...more, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]);
  return text.split('\n').filter((line) => line !== '');
}

/** Rows of our own command line, as built: one string per packet, its fields with tabs between. */
export async function ourRows(file: string, fields: readonly string[], filter: string): Promise<readonly string[]> {
  const args = ['-r', file, '-2', '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
  const text = await run('read the capture', process.execPath, [join(root, 'dist', 'cli.js'), ...args]);
  return text.split('\n').filter((line) => line !== '');
}

/** The first process of a pod's container (of that name) as this machine sees it, by a container id that the API server gives. */
export async function processOf(it: TestLab, pod: Pick<Item, 'metadata'>, namespace = DEMO_NAMESPACE, container?: string): Promise<number> {
  const object = (await it.kube.get(`/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}`)) as { readonly status: { readonly containerStatuses: readonly { readonly name: string; readonly containerID: string }[] } };
  const id = object.status.containerStatuses.find(({ name }) => container === undefined || name === container)?.containerID.replace(/^\w+:\/\//, '') ?? '?';
  const found: { readonly process: number; readonly started: number }[] = [];
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      if (!readFileSync(`/proc/${name}/cgroup`, 'utf8').includes(id)) continue;
      // What has ended and is still listed has no network any more.
      readlinkSync(`/proc/${name}/ns/net`);
      found.push({ process: Number(name), started: Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]) });
    } catch {
      // It has ended.
    }
  }
  // Others are what was run in it later.
  const [first] = found.sort((a, b) => a.started - b.started);
  if (first === undefined) throw new Error(`${pod.metadata.name} has no process`);
  return first.process;
}

/** What runs in agents of nodes of that name (each lab has one), as this machine's kernel has it. */
export function inAgents(node: string): readonly { readonly process: string; readonly words: readonly string[] }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((process) => {
    try {
      if (!readFileSync(`/proc/${process}/environ`, 'utf8').split('\0').includes(`NODE_NAME=${node}`)) return [];
      return [{ process, words: readFileSync(`/proc/${process}/cmdline`, 'utf8').split('\0') }];
    } catch {
      // It has ended.
      return [];
    }
  });
}

/** tcpdump inside a pod's network: the witness. Ends with the answer's stop(). */
export async function witness(it: TestLab, pod: Item, file: string, namespace = DEMO_NAMESPACE): Promise<{ readonly stop: () => Promise<void> }> {
  const child = spawn('nsenter', ['-t', String(await processOf(it, pod, namespace)), '--net', '--', 'tcpdump', '-i', 'eth0', '-nn', '-U', '-B', '8192', '--time-stamp-precision=nano', '-w', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => { resolve(); }));
  await until(20, () => (said.includes('listening on') ? true : undefined), () => `tcpdump did not start: ${said}`);
  return {
    stop: async () => {
      await attempt('sleep', ['0.5']);
      child.kill('SIGINT');
      await ended;
    },
  };
}
