/**
 * `npm run lab up|down|status|kubeconfig|kubectl`: a real Kubernetes with two nodes on this machine.
 *   up                 from nothing to all pods ready; says so when it is up already
 *   prepare            compiles programs and makes images, starts nothing
 *   down               ends all of it; nothing stays behind
 *   status [--json]    nodes, daemons, memory; exit status 1 when it is not up or something has ended
 *   kubeconfig         prints the path of a kubeconfig that works from this machine
 *   kubectl -- ARGS…   runs the lab's kubectl
 * `--name NAME` before the command takes another lab (two clusters side by side: east and west).
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BuildError, fail, say } from '../../src/build/say.mjs';
import { labBinaries } from './binaries.ts';
import { labConfig, labNames, type LabConfig } from './config.ts';
import { labImages } from './images.ts';
import { clientEnv, Kube } from './kube.ts';
import { memoryMegabytes } from './memory.ts';
import { deadDaemons, isUp, loadState, type LabState } from './state.ts';
import { whyNot } from './suite.ts';
import { tearDown } from './teardown.ts';
import { bringUp } from './up.ts';

const USAGE = 64;
const usage = `usage: npm run lab [-- --name ${labNames.join('|')}] up | prepare | down | status [-- --json] | kubeconfig | kubectl -- ARGUMENTS…`;

function standing(lab: LabConfig): LabState {
  const state = loadState(lab);
  if (!isUp(state)) throw new BuildError(`${lab.name} is not up: start it with "npm run lab up"`);
  return state;
}

async function status(lab: LabConfig, json: boolean): Promise<number> {
  const state = loadState(lab);
  if (!isUp(state)) {
    process.stdout.write(json ? `${JSON.stringify({ up: false })}\n` : `${lab.name} is not up\n`);
    return 1;
  }
  const kube = new Kube(lab, state.binaries);
  const list = (await kube.get('/api/v1/nodes')) as { readonly items: readonly { readonly metadata: { readonly name: string }; readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] } }[] } | undefined;
  const pods = (await kube.get('/api/v1/pods')) as { readonly items: readonly { readonly status: { readonly phase: string } }[] } | undefined;
  kube.close();
  const nodes = (list?.items ?? []).map(({ metadata, status: { conditions } }) => ({ name: metadata.name, ready: conditions.some((one) => one.type === 'Ready' && one.status === 'True') }));
  const ended = deadDaemons(state);
  const answer = {
    up: true, since: new Date(state.upSince ?? 0).toISOString(), api: lab.apiUrl, kubeconfig: lab.kubeconfig, answers: list !== undefined,
    nodes, pods: { running: pods?.items.filter((pod) => pod.status.phase === 'Running').length ?? 0, all: pods?.items.length ?? 0 }, ended, memoryMegabytes: memoryMegabytes(lab),
  };
  if (json) process.stdout.write(`${JSON.stringify(answer)}\n`);
  else {
    process.stdout.write(`${lab.name} is up since ${answer.since}\nAPI server  ${answer.api}${answer.answers ? '' : ' (does not answer)'}\nkubeconfig  ${lab.kubeconfig}\n`);
    for (const node of nodes) process.stdout.write(`${node.name.padEnd(11)} ${node.ready ? 'Ready' : 'NotReady'}\n`);
    process.stdout.write(`pods        ${answer.pods.running} of ${answer.pods.all} run\nmemory      ${answer.memoryMegabytes ?? '?'} MB\n`);
    for (const name of ended) process.stdout.write(`ended       ${name}\n`);
  }
  return list !== undefined && ended.length === 0 && nodes.every(({ ready }) => ready) ? 0 : 1;
}

/** Gives terminal and signals to kubectl; answers its exit status. */
async function kubectl(lab: LabConfig, args: readonly string[]): Promise<number> {
  const child = spawn(join(standing(lab).binaries, 'kubectl'), args, { stdio: 'inherit', env: clientEnv(lab) });
  // Ctrl+C is kubectl's: it ends by itself and its status is passed on.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 130);
    });
  });
}

/** What `up` needs, made beforehand; nothing is made on a machine that could not run it. */
async function prepare(): Promise<number> {
  const reason = await whyNot();
  if (reason !== undefined) say(`the lab's programs: ${reason}`);
  else labImages(labBinaries());
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  const named = args[0] === '--name';
  const lab = labConfig((named ? args[1] : undefined) ?? process.env.STRATOSHARK_LAB ?? 'lab');
  const [command, ...rest] = named ? args.slice(2) : args;
  switch (command) {
    case 'up':
      await bringUp(lab);
      return 0;
    case 'prepare':
      return prepare();
    case 'down':
      say(tearDown(lab) ? `${lab.name} is down` : `${lab.name} was not up`);
      return 0;
    case 'status':
      return status(lab, rest.includes('--json'));
    case 'kubeconfig':
      standing(lab);
      process.stdout.write(`${lab.kubeconfig}\n`);
      return 0;
    case 'kubectl':
      // npm eats the first `--`; where a name was given before, a second one comes through.
      return kubectl(lab, rest[0] === '--' ? rest.slice(1) : rest);
    default:
      process.stderr.write(`${usage}\n`);
      return USAGE;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  fail(error);
}
