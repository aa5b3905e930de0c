/** Switches a node off as by its plug, and on again. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeConfig } from './config.ts';
import { run, until } from './exec.ts';
import { atSwitch } from './namespaces.ts';
import { loadImages, makeNode, nodeDaemons, nodeReady, startOnNode } from './nodes.ts';
import { alive } from './processes.ts';
import { loadState, saveState, type LabState } from './state.ts';
import { cgroupRoots, removeCgroup } from './teardown.ts';
import type { TestLab } from './testLab.ts';

function stateOf({ lab }: TestLab, name: string): { readonly state: LabState; readonly node: NodeConfig } {
  const state = loadState(lab);
  const node = lab.nodes.find((one) => one.name === name);
  if (state === undefined || node === undefined) throw new Error(`the lab has no ${name}`);
  return { state, node };
}

/** All of its processes end at once, without a word to anybody, and its link is dead. */
export async function powerOff(it: TestLab, name: string): Promise<void> {
  const { state, node } = stateOf(it, name);
  const first = state.nodes[name];
  if (first === undefined) throw new Error(`${name} does not run`);
  // The wire first: the kernel would close connections of what is killed, which a node without power does not.
  await run('pull the plug', 'nsenter', [...atSwitch(state.init), 'ip', 'link', 'delete', `port${String(node.number)}`]);
  process.kill(first.pid, 'SIGKILL');
  await until(20, () => (alive(first) ? undefined : true), () => `${name} did not go off`);
  // They were in its memory: the next kubelet would wait seconds for each container that was in one.
  for (const base of cgroupRoots()) removeCgroup(join(base, it.lab.cgroup, name));
}

interface Containers {
  readonly status: { readonly containerStatuses?: readonly { readonly ready: boolean; readonly containerID?: string }[] };
}

/** The containers of a node's pods, as its kubelet has told last. */
async function containersOn({ kube }: TestLab, name: string): Promise<readonly { readonly ready: boolean; readonly containerID?: string }[]> {
  const { items } = (await kube.get(`/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`)) as { readonly items: readonly Containers[] };
  return items.flatMap(({ status }) => status.containerStatuses ?? []);
}

/** From nothing but its disk; done when it is Ready and so is every container that it has made anew. */
export async function powerOn(it: TestLab, name: string): Promise<void> {
  const { lab, kube } = it;
  const { state, node } = stateOf(it, name);
  const before = new Set((await containersOn(it, name)).map(({ containerID }) => containerID));
  rmSync(join(node.dir, 'ready'), { force: true });
  const first = await makeNode(lab, state.init, node, state.binaries);
  const daemons = { ...state.daemons };
  const save = (): void => { saveState(lab, { ...state, nodes: { ...state.nodes, [name]: first }, daemons }); };
  const start = (daemon: string, command: readonly string[]): void => {
    daemons[`${name}/${daemon}`] = startOnNode(lab, node, first, daemon, command);
    save();
  };
  start('containerd', ['containerd']);
  // Its images are on its disk; containerd has to answer.
  await loadImages(lab, node, first, []);
  for (const [daemon, command] of Object.entries(nodeDaemons(node, state.binaries))) start(daemon, command);
  await nodeReady(lab, node, kube);
  await until(90, async () => ((await containersOn(it, name)).every(({ ready, containerID }) => ready && !before.has(containerID)) ? true : undefined), () => `the pods of ${name} did not come back`);
}
