/** What a lab is called, where it keeps its state and which addresses it uses. */
import { join } from 'node:path';
import { cacheDir } from '../../src/build/cache.mjs';
import { BuildError } from '../../src/build/say.mjs';

export const KUBERNETES_VERSION = 'v1.34.4';

export interface NodeConfig {
  readonly name: string;
  /** 1, 2, …: the last part of its addresses. */
  readonly number: number;
  readonly ip: string;
  readonly podCidr: string;
  /** Address of `flannel.1`: the first of the node's pod range. */
  readonly overlayIp: string;
  readonly overlayMac: string;
  /** State of this node: container images, kubelet, configuration. */
  readonly dir: string;
}

export interface LabConfig {
  readonly name: string;
  /** All state of a running lab; removed by `down`. */
  readonly dir: string;
  readonly pki: string;
  readonly logs: string;
  readonly kubeconfig: string;
  /** The cgroup of everything in the lab, relative to each hierarchy's root. */
  readonly cgroup: string;
  /** The link on this machine that leads to the lab. */
  readonly hostLink: string;
  readonly hostIp: string;
  readonly apiIp: string;
  readonly apiUrl: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly apiServiceIp: string;
  readonly dnsIp: string;
  readonly nodes: readonly NodeConfig[];
}

interface Ranges {
  /** 10.N.0.0/24: the only one this machine sees, so it differs. */
  readonly nodes: number;
  /** 10.N.0.0/16. */
  readonly pods: number;
  readonly services: number;
}

/** Labs that may run side by side. `east` and `west` are two clusters of one story: no address means two things there. */
const networks: Readonly<Record<string, Ranges>> = {
  lab: { nodes: 77, pods: 244, services: 96 },
  test: { nodes: 78, pods: 244, services: 96 },
  spare: { nodes: 79, pods: 244, services: 96 },
  east: { nodes: 80, pods: 244, services: 96 },
  west: { nodes: 81, pods: 245, services: 97 },
};
const NODES = [1, 2];

/** The lab called `name`: `lab` for people, `test` and `spare` for the suite, `east` and `west` for two clusters side by side. */
export function labConfig(name: string): LabConfig {
  const network = networks[name];
  if (network === undefined) throw new BuildError(`no lab is called "${name}"; there are ${Object.keys(networks).join(', ')}`);
  const dir = join(cacheDir(), 'lab-run', name);
  const net = `10.${network.nodes}.0`;
  const nodes = NODES.map((number): NodeConfig => ({
    name: `node${number}`,
    number,
    ip: `${net}.${10 + number}`,
    podCidr: `10.${network.pods}.${number}.0/24`,
    overlayIp: `10.${network.pods}.${number}.0`,
    // Flannel takes a random address and publishes it as an annotation; a fixed, locally administered one does here.
    overlayMac: `02:00:0a:${network.pods.toString(16)}:0${number}:00`,
    dir: join(dir, `node${number}`),
  }));
  return {
    name,
    dir,
    nodes,
    pki: join(dir, 'pki'),
    logs: join(dir, 'log'),
    kubeconfig: join(dir, 'kubeconfig'),
    cgroup: `stratoshark-lab-${name}`,
    hostLink: `strato-${name}`,
    hostIp: `${net}.254`,
    apiIp: `${net}.1`,
    apiUrl: `https://${net}.1:6443`,
    podCidr: `10.${network.pods}.0.0/16`,
    serviceCidr: `10.${network.services}.0.0/16`,
    apiServiceIp: `10.${network.services}.0.1`,
    dnsIp: `10.${network.services}.0.10`,
  };
}

/** Names of all labs there can be. */
export const labNames: readonly string[] = Object.keys(networks);
