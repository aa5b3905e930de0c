/** Brings a lab up, step by step; whatever interrupts it, nothing stays behind. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentImage, agentImageLacks } from '../../src/build/image/agentImage.ts';
import { BuildError, say } from '../../src/build/say.mjs';
import { addons, type Addon } from './addons.ts';
import { labBinaries } from './binaries.ts';
import type { LabConfig, NodeConfig } from './config.ts';
import { accountsExist, startControlPlane } from './controlPlane.ts';
import { run } from './exec.ts';
import { labImages } from './images.ts';
import { Kube } from './kube.ts';
import { takeLock } from './lock.ts';
import { background, initOf, inLab, nodeScript } from './namespaces.ts';
import { archivesIn, loadImages, makeNode, nodeDaemons, nodeManifest, nodeReady, startOnNode } from './nodes.ts';
import { makePki } from './pki.ts';
import type { ProcessId } from './processes.ts';
import { machineLacks } from './ready.ts';
import { firstProcessFile, isUp, loadState, saveState, type LabState } from './state.ts';
import { tearDown } from './teardown.ts';

/** The lab while it comes up: state that grows, written at every step. */
class Rising {
  private readonly started = Date.now();
  readonly lab: LabConfig;
  private state: LabState | undefined;

  constructor(lab: LabConfig) {
    this.lab = lab;
  }

  say(text: string): void {
    say(`${this.lab.name} ${((Date.now() - this.started) / 1000).toFixed(1).padStart(5)} s  ${text}`);
  }

  begin(init: ProcessId, binaries: string): void {
    this.save({ init, binaries, nodes: {}, daemons: {} });
  }

  addNode(name: string, init: ProcessId): void {
    const state = this.known();
    this.save({ ...state, nodes: { ...state.nodes, [name]: init } });
  }

  addDaemon(name: string, id: ProcessId): ProcessId {
    const state = this.known();
    this.save({ ...state, daemons: { ...state.daemons, [name]: id } });
    return id;
  }

  done(): LabState {
    const state = { ...this.known(), upSince: Date.now() };
    this.save(state);
    return state;
  }

  private known(): LabState {
    if (this.state === undefined) throw new Error('the lab has no first process yet');
    return this.state;
  }

  private save(state: LabState): void {
    this.state = state;
    saveState(this.lab, state);
  }
}

/** What must hold before anything is made. */
async function checkMachine(lab: LabConfig): Promise<void> {
  const lack = await machineLacks();
  if (lack !== undefined) throw new BuildError(`the lab cannot run on this machine: ${lack}`);
  const routes = await run('read the routes of this machine', 'ip', ['-4', '-o', 'route', 'show', 'root', `${lab.apiIp}/24`]);
  if (routes.trim() !== '') throw new BuildError(`this machine already uses the addresses of the lab (${routes.trim()}): free ${lab.apiIp}/24 or take another lab by --name`);
}

/** The lab's own namespaces with the switch, and the link from this machine to it. */
async function makeSwitch(lab: LabConfig): Promise<ProcessId> {
  const ready = join(lab.dir, 'ready');
  const log = join(lab.logs, 'lab-init.log');
  // The first process writes down who it is before it makes anything, so that a killed `up` can be cleaned up after.
  const script = 'cat /proc/sys/kernel/random/boot_id /proc/$$/stat > "$0"; exec unshare --mount --net --ipc --pid --fork --kill-child "$@"';
  const parent = background(['bash', '-c', script, firstProcessFile(lab), nodeScript('lab-init.sh'), lab.cgroup, lab.apiIp, ready], log);
  const init = await initOf(parent, 1, ready, log);
  const ip = async (...args: readonly string[]): Promise<void> => {
    await run('link this machine to the lab', 'ip', args);
  };
  await ip('link', 'add', lab.hostLink, 'type', 'veth', 'peer', 'name', 'host', 'netns', String(init.pid));
  await run('link the lab to this machine', 'nsenter', ['-t', String(init.pid), '--net', 'ip', 'link', 'set', 'host', 'master', 'br0', 'up']);
  await ip('addr', 'add', `${lab.hostIp}/24`, 'dev', lab.hostLink);
  await ip('link', 'set', lab.hostLink, 'up');
  return init;
}

interface Material {
  readonly binaries: string;
  readonly archives: readonly string[];
}

/** A node from nothing to Ready; `api` is done when the API server answers. */
async function raiseNode(rising: Rising, kube: Kube, init: ProcessId, node: NodeConfig, material: Material, api: Promise<void>): Promise<void> {
  const { lab } = rising;
  const first = await makeNode(lab, init, node, material.binaries);
  rising.addNode(node.name, first);
  const start = (name: string, command: readonly string[]): ProcessId => rising.addDaemon(`${node.name}/${name}`, startOnNode(lab, node, first, name, command));
  start('containerd', ['containerd']);
  await loadImages(lab, node, first, material.archives);
  rising.say(`${node.name}: containerd has its images`);
  await api;
  await kube.apply(`create ${node.name}`, nodeManifest(node));
  for (const [name, command] of Object.entries(nodeDaemons(node, material.binaries))) start(name, command);
  await nodeReady(lab, node, kube);
  rising.say(`${node.name} is Ready`);
}

async function raise(rising: Rising, material: Material, wanted: readonly Addon[]): Promise<LabState> {
  const { lab } = rising;
  for (const dir of [lab.dir, lab.logs]) mkdirSync(dir, { recursive: true, mode: 0o700 });
  const [init] = await Promise.all([makeSwitch(lab), makePki(lab)]);
  rising.begin(init, material.binaries);
  rising.say('namespaces, switch and certificates are made');
  const kube = new Kube(lab, material.binaries);
  const start = (name: string, command: readonly string[]): ProcessId =>
    rising.addDaemon(name, background(['nsenter', ...inLab(init), '--', ...command], join(lab.logs, `${name}.log`)));
  try {
    const api = startControlPlane(lab, material.binaries, start, kube).then(() => {
      rising.say('the API server is ready');
    });
    await Promise.all([api, ...lab.nodes.map((node) => raiseNode(rising, kube, init, node, material, api))]);
    await accountsExist(lab, kube);
    for (const addon of wanted) {
      rising.say(`${addon.name}: ${addon.why}`);
      await addon.deploy(lab, kube);
    }
  } finally {
    kube.close();
  }
  const state = rising.done();
  rising.say(`up; kubeconfig: ${lab.kubeconfig}`);
  return state;
}

/** Whether a lab is up; what an interrupted run left is cleared away. */
function standing(lab: LabConfig): LabState | undefined {
  const state = loadState(lab);
  if (isUp(state)) return state;
  if (tearDown(lab)) say(`${lab.name}: cleared away what an interrupted run had left`);
  return undefined;
}

/**
 * Brings the lab up from nothing, with the named add-ons (all without names). A lab that is up is left alone.
 * On any failure, and on Ctrl+C, it is taken down again.
 */
export async function bringUp(lab: LabConfig, only?: readonly string[]): Promise<LabState> {
  const release = takeLock(lab);
  const stop = (signal: NodeJS.Signals): void => {
    say(`${signal}: taking ${lab.name} down again`);
    tearDown(lab);
    release();
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  try {
    const before = standing(lab);
    if (before !== undefined) {
      say(`${lab.name} is up since ${new Date(before.upSince ?? 0).toISOString()}; kubeconfig: ${lab.kubeconfig}`);
      return before;
    }
    for (const signal of signals) process.on(signal, stop);
    return await fromNothing(lab, addons.filter(({ name }) => only?.includes(name) ?? true));
  } finally {
    for (const signal of signals) process.off(signal, stop);
    release();
  }
}

async function fromNothing(lab: LabConfig, wanted: readonly Addon[]): Promise<LabState> {
  await checkMachine(lab);
  const binaries = labBinaries();
  const archives = archivesIn(labImages(binaries));
  const material = { binaries, archives: wanted.some(({ name }) => name === 'agent') && agentImageLacks().length === 0 ? [...archives, agentImage()] : archives };
  try {
    return await raise(new Rising(lab), material, wanted);
  } catch (error) {
    tearDown(lab);
    throw error;
  }
}
