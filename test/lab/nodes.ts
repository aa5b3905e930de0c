/** Nodes: namespaces, containerd, kubelet, kube-proxy and the policy enforcer; and the VXLAN overlay between them. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../../src/build/say.mjs';
import type { LabConfig, NodeConfig } from './config.ts';
import { run, until } from './exec.ts';
import type { Kube } from './kube.ts';
import { atSwitch, background, initOf, inLab, inside, lastWords, nodeScript, onNode } from './namespaces.ts';
import { nodeCredentials, OVERLAY_MTU, writeNodeFiles } from './nodeFiles.ts';
import type { ProcessId } from './processes.ts';

/** Flannel's VXLAN: identifier and UDP port. */
const VNI = '1';
const VXLAN_PORT = '8472';

/** Makes a node's namespaces inside the lab's and plugs it into the switch; answers its PID 1. */
export async function makeNode(lab: LabConfig, init: ProcessId, node: NodeConfig, binaries: string): Promise<ProcessId> {
  mkdirSync(node.dir, { recursive: true });
  writeNodeFiles(lab, node);
  for (const [name, from] of Object.entries(nodeCredentials(lab, node))) copyFileSync(from, join(node.dir, name));
  const log = join(lab.logs, `${node.name}-init.log`);
  const parent = background([
    'nsenter', ...inLab(init), '--',
    'unshare', '--mount', '--net', '--uts', '--ipc', '--pid', '--fork', '--kill-child',
    nodeScript('node-init.sh'), node.name, `${lab.cgroup}/${node.name}`, node.dir, binaries,
  ], log);
  // nsenter waits for unshare, which waits for PID 1.
  const first = await initOf(parent, 2, join(node.dir, 'ready'), log);
  const port = `port${node.number}`;
  const ip = async (...args: readonly string[]): Promise<void> => {
    await run(`plug ${node.name} into the switch`, 'nsenter', [...atSwitch(init), 'ip', ...args]);
  };
  // The same each time it is switched on, as a network card's: others have it in their tables.
  const mac = ['02', '01', ...node.ip.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))].join(':');
  await ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'address', mac, 'netns', String(first.pid));
  await ip('link', 'set', port, 'master', 'br0', 'up');
  // So that the API server reaches pods (webhooks, aggregated APIs) and their answers find back.
  await ip('route', 'replace', node.podCidr, 'via', node.ip);
  await makeOverlay(lab, first, node);
  return first;
}

/** The node's address, and `flannel.1` as Flannel makes it: static neighbours and forwarding entries for every other node. */
async function makeOverlay(lab: LabConfig, first: ProcessId, node: NodeConfig): Promise<void> {
  const others = lab.nodes.filter((other) => other !== node);
  const lines = [
    `addr add ${node.ip}/24 dev eth0`,
    'link set eth0 up',
    `route add default via ${lab.apiIp}`,
    `link add flannel.1 address ${node.overlayMac} type vxlan id ${VNI} dstport ${VXLAN_PORT} local ${node.ip} dev eth0 nolearning`,
    `link set flannel.1 mtu ${OVERLAY_MTU} up`,
    `addr add ${node.overlayIp}/32 dev flannel.1`,
    ...others.flatMap((other) => [
      `neigh replace ${other.overlayIp} lladdr ${other.overlayMac} dev flannel.1 nud permanent`,
      `route replace ${other.podCidr} via ${other.overlayIp} dev flannel.1 onlink`,
    ]),
  ];
  await run(`set up the network of ${node.name}`, 'nsenter', ['-t', String(first.pid), '--net', 'ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
  for (const other of others) {
    await run(`set up the overlay of ${node.name}`, 'nsenter', ['-t', String(first.pid), '--net', 'bridge', 'fdb', 'replace', other.overlayMac, 'dev', 'flannel.1', 'dst', other.ip, 'self', 'permanent']);
  }
}

/** Starts a daemon on a node. */
export function startOnNode(lab: LabConfig, node: NodeConfig, first: ProcessId, name: string, command: readonly string[]): ProcessId {
  return background(['nsenter', ...onNode(first), '--', nodeScript('daemon.sh'), ...command], join(lab.logs, `${node.name}-${name}.log`));
}

/** Waits for containerd and gives it the images (OCI archives). */
export async function loadImages(lab: LabConfig, node: NodeConfig, first: ProcessId, archives: readonly string[]): Promise<void> {
  const ctr = async (...args: readonly string[]): Promise<number> => (await inside(onNode(first), ['ctr', ...args], { timeout: 120 })).status;
  await until(60, async () => (existsSync(`/proc/${first.pid}/root/run/containerd/containerd.sock`) && (await ctr('version')) === 0 ? true : undefined),
    () => `containerd of ${node.name} did not answer within 60 s:\n${lastWords(lab, `${node.name}-containerd`)}`);
  for (const archive of archives) {
    const result = await inside(onNode(first), ['ctr', '-n', 'k8s.io', 'images', 'import', archive], { timeout: 180 });
    if (result.status !== 0) throw new BuildError(`${node.name} could not take the image ${archive}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`);
  }
}

/** OCI archives of a directory. */
export function archivesIn(dir: string): readonly string[] {
  return readdirSync(dir).filter((name) => name.endsWith('.tar')).sort().map((name) => join(dir, name));
}

/** Programs of a node once the API server answers, with their arguments. */
export function nodeDaemons(node: NodeConfig, binaries: string): Readonly<Record<string, readonly string[]>> {
  return {
    kubelet: [
      join(binaries, 'kubelet'), '--config=/etc/kubernetes/kubelet.yaml', `--kubeconfig=${join(node.dir, 'kubelet.kubeconfig')}`,
      `--hostname-override=${node.name}`, `--node-ip=${node.ip}`, '--root-dir=/var/lib/kubelet',
    ],
    'kube-proxy': [join(binaries, 'kube-proxy'), '--config=/etc/kubernetes/kube-proxy.yaml'],
    'policy-enforcer': [join(binaries, 'enforcer'), `--kubeconfig=${join(node.dir, 'policy-enforcer.kubeconfig')}`, `--node=${node.name}`],
  };
}

/** The node's object, made before its kubelet registers: with the range of its pods. */
export function nodeManifest(node: NodeConfig): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: node.name }, spec: { podCIDR: node.podCidr, podCIDRs: [node.podCidr] } });
}

/** Waits for a node to be Ready. */
export async function nodeReady(lab: LabConfig, node: NodeConfig, kube: Kube): Promise<void> {
  await kube.condition(`/api/v1/nodes/${node.name}`, 'Ready', 180, () => `${node.name} was not Ready after 180 s:\n${lastWords(lab, `${node.name}-kubelet`)}`);
}
