/** What tests of the lab's cluster start from: its API server, its pods, its wires. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { DEMO_NAMESPACE } from './addons.ts';
import type { LabConfig } from './config.ts';
import { Kube } from './kube.ts';
import type { ProcessId } from './processes.ts';
import { loadState, type LabState } from './state.ts';
import { suiteLab, whyNot } from './suite.ts';

const reason = await whyNot();

/** As `describe`; where no lab can run, its tests are skipped and say why. */
export function describeLab(name: string, tests: () => void): void {
  describe.skipIf(reason !== undefined)(reason === undefined ? name : `${name} (${reason})`, tests);
}

/** The part of an API object that tests look at. */
export interface Item {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly nodeName?: string; readonly clusterIP?: string };
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo?: { readonly kubeletVersion: string; readonly containerRuntimeVersion: string };
  };
}

/** One line of what the demo application's programs tell. */
export type Told = Readonly<Record<string, unknown>>;

export class TestLab {
  readonly lab: LabConfig = suiteLab().lab;
  readonly kube: Kube;

  constructor() {
    this.kube = new Kube(this.lab, this.state.binaries);
  }

  /** As it is now: nodes and daemons may have been started anew. */
  get state(): LabState {
    const state = loadState(this.lab);
    if (state === undefined) throw new Error(`${this.lab.name} is not up`);
    return state;
  }

  async items(path: string): Promise<readonly Item[]> {
    return ((await this.kube.get(path)) as { readonly items: readonly Item[] }).items;
  }

  /** Pods of the demo application. */
  async podsOf(app: string): Promise<readonly Item[]> {
    return this.items(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods?labelSelector=app%3D${app}`);
  }

  async onePod(app: string): Promise<Item> {
    const [pod] = await this.podsOf(app);
    if (pod === undefined) throw new Error(`no pod of ${app}`);
    return pod;
  }

  /** PID 1 of the node a pod is on. */
  nodeOf(pod: Item): ProcessId {
    const first = this.state.nodes[pod.spec.nodeName ?? ''];
    if (first === undefined) throw new Error(`${pod.metadata.name} is on no node of the lab`);
    return first;
  }

  /** Output of a command in a pod of the demo application. */
  async inPod(app: string, command: readonly string[]): Promise<string> {
    const pod = (await this.onePod(app)).metadata.name;
    return this.kube.must(`run ${command[0] ?? ''} in ${app}`, ['-n', DEMO_NAMESPACE, 'exec', pod, '--', ...command], { timeout: 60 });
  }

  /** Runs a generator in a pod; its last report, which says that it is done. */
  async generate(app: string, args: readonly string[]): Promise<Told> {
    const lines = (await this.inPod(app, ['/demoapp', ...args])).trim().split('\n').map((line) => JSON.parse(line) as Told);
    const last = lines.at(-1);
    if (last?.event !== 'report' || last.done !== true) throw new Error(`the generator in ${app} ended without its report: ${JSON.stringify(last)}`);
    return last;
  }
}

/** The lab and a folder of their own for the tests of a describeLab(): told before the first of them, given back after the last. */
export function useLab(tag: string, told: (lab: TestLab, folder: string) => void): void {
  let lab: TestLab;
  let folder: string;
  beforeAll(() => {
    lab = new TestLab();
    folder = mkdtempSync(join(tmpdir(), `stratoshark-${tag}-`));
    told(lab, folder);
  });
  afterAll(() => {
    lab.kube.close();
    rmSync(folder, { recursive: true, force: true });
  });
}
