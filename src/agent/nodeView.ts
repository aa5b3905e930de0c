/** What the agent knows of its node: the pods on it by a watch, Services and owners of their owners as they are asked for. */
import { agentPodsPath } from '../capture/agentPods.ts';
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import { ListWatch } from '../cluster/listWatch.ts';
import { endpointSliceObject, kServiceLabel } from '../cluster/objects.ts';
import { apiPath } from '../cluster/resources.ts';
import type { PodFacts } from './agentFilter.ts';
import { namespaceOf, podOf, serves, serviceOf, type Namespace, type Pod, type Service } from './pods.ts';

/** How old the Services of a namespace, and its pods elsewhere, may be, milliseconds. */
const kServicesFor = 10_000;
/** How long an answer to who has an address holds, milliseconds. */
const kAnswerFor = 30_000;
/** Pods elsewhere that a message names; of more it says so. */
const kMostElsewhere = 500;

/** Who has an address; pods in their node's network share theirs and are not meant. */
export interface Holders {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
}

/** Answers of the API server by what was asked, with the time of each. */
type Answers<T> = Map<string, { readonly at: number; readonly answer: T }>;

/** As an AgentFilter says it of itself. */
export interface FactsAsked {
  readonly asksServices: boolean;
  readonly asksDeployment: boolean;
}
const kAll: FactsAsked = { asksServices: true, asksDeployment: true };

interface Owned {
  readonly metadata?: { readonly ownerReferences?: readonly { readonly kind?: unknown; readonly name?: unknown }[] };
}

export class NodeView {
  public readonly node: string;
  private readonly client: ApiClient;
  /** Part of paths: all namespaces, or the one it is held to. */
  private readonly scope: string;
  private readonly watched: ListWatch<Pod>;
  private readonly services: Answers<readonly Service[]> = new Map();
  private readonly peers: Answers<readonly Pod[]> = new Map();
  private readonly holders: Answers<Holders> = new Map();
  private readonly spaces: Answers<Namespace | undefined> = new Map();
  private readonly deployments = new Map<string, string | undefined>();
  /** Sentences on what could not be read. */
  public readonly notes = new Set<string>();

  /** `node` '': the pods of all. */
  public constructor(client: ApiClient, node: string, namespace?: string) {
    this.client = client;
    this.node = node;
    this.scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const selector = node === '' ? '' : `?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    this.watched = new ListWatch(client, `/api/v1${this.scope}/pods${selector}`, podOf);
  }

  public get pods(): readonly Pod[] {
    return this.watched.items;
  }

  public get problem(): string | undefined {
    return this.watched.problem;
  }

  /** Throws ClusterError. */
  public async begin(): Promise<void> {
    await this.watched.list();
  }

  public async follow(onChange: () => void): Promise<void> {
    await this.watched.follow(onChange);
  }

  public close(): void {
    this.watched.close();
  }

  /** With what is asked for: each is a question to the API server per namespace, or per ReplicaSet. */
  public async factsOf(pod: Pod, { asksServices, asksDeployment }: FactsAsked = kAll): Promise<PodFacts> {
    const services = asksServices ? (await this.servicesOf(pod.namespace)).filter((service) => serves(service, pod)).map(({ name }) => name) : [];
    return { pod, services, deployment: asksDeployment ? await this.deploymentOf(pod) : undefined };
  }

  public async servicesOf(namespace: string): Promise<readonly Service[]> {
    return recent(this.services, namespace, kServicesFor, () => this.tolerant('Services', [], async () =>
      this.withEndpoints(namespace, (await this.client.list(apiPath('services', namespace))).map(serviceOf))));
  }

  /** Where no selector says who is behind a Service, somebody has written it down. */
  private async withEndpoints(namespace: string, services: readonly Service[]): Promise<readonly Service[]> {
    const names = services.filter(({ selector }) => selector === undefined).map(({ name }) => name);
    if (names.length === 0) return services;
    const slices = await this.tolerant('Endpoints of Services without a selector', [], async () =>
      (await this.client.list(`${apiPath('endpointSlices', namespace)}?labelSelector=${encodeURIComponent(`${kServiceLabel} in (${names.join(',')})`)}`)).map(endpointSliceObject));
    return services.map((one) => (one.selector === undefined
      ? { ...one, endpoints: slices.filter(({ service }) => service === one.name).flatMap(({ endpoints }) => endpoints.flatMap(({ ips }) => ips)) }
      : one));
  }

  /** Pods of a namespace, on whatever node: the other ends of what is captured. */
  public async podsIn(namespace: string): Promise<readonly Pod[]> {
    return recent(this.peers, namespace, kServicesFor, () => this.tolerant('Pods of other nodes', [], async () =>
      (await this.client.list(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`)).map(podOf)));
  }

  /** A namespace with its labels; undefined where they cannot be read. */
  public async namespace(name: string): Promise<Namespace | undefined> {
    return recent(this.spaces, name, kServicesFor, () => this.tolerant('Labels of namespaces', undefined, async () =>
      namespaceOf(await this.client.read(`/api/v1/namespaces/${encodeURIComponent(name)}`))));
  }

  /** By the address alone, in whatever namespace this view reaches. */
  public async whoHas(address: string): Promise<Holders> {
    const asked = (what: string, field: string): Promise<readonly unknown[] | undefined> =>
      this.tolerant(`Holders of ${address}`, undefined, () => this.client.list(`/api/v1${this.scope}/${what}?fieldSelector=${encodeURIComponent(`${field}=${address}`)}`));
    let whole = true as boolean;
    const holders = await recent(this.holders, address, kAnswerFor, async () => {
      const [pods, services] = await Promise.all([asked('pods', 'status.podIP'), asked('services', 'spec.clusterIP')]);
      whole = pods !== undefined && services !== undefined;
      return { pods: (pods ?? []).map(podOf).filter(({ hostNetwork, over }) => !hostNetwork && !over), services: (services ?? []).map(serviceOf) };
    });
    // A busy API server did not answer: that is not nobody.
    if (!whole) this.holders.delete(address);
    return holders;
  }

  /** Whether whoHas() has been answered. */
  public hasAnswer(address: string): boolean {
    return this.holders.has(address);
  }

  private async deploymentOf({ namespace, owner }: Pod): Promise<string | undefined> {
    if (owner?.kind !== 'ReplicaSet') return undefined;
    const path = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/replicasets/${encodeURIComponent(owner.name)}`;
    if (this.deployments.has(path)) return this.deployments.get(path);
    const name = await this.tolerant('Deployments', undefined, async () => {
      const { metadata } = (await this.client.read(path)) as Owned;
      const above = metadata?.ownerReferences?.find(({ kind }) => kind === 'Deployment')?.name;
      return typeof above === 'string' ? above : undefined;
    });
    this.deployments.set(path, name);
    return name;
  }

  /** Pods of other nodes, to say where they are; by name where that is asked for. */
  public async elsewhere(names: readonly string[], namespace: string | undefined): Promise<readonly Pod[]> {
    const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const selectors = names.length > 0 ? names.map((name) => `metadata.name=${name}`) : [`spec.nodeName!=${this.node}`];
    const pods = await Promise.all(selectors.map((selector) => this.tolerant('Pods of other nodes', [], async () => {
      const list = (await this.client.read(`/api/v1${scope}/pods?limit=${kMostElsewhere}&fieldSelector=${encodeURIComponent(selector)}`)) as { readonly items?: unknown };
      return Array.isArray(list.items) ? list.items.map(podOf) : [];
    })));
    return pods.flat().filter(({ node, over }) => node !== this.node && !over);
  }

  /** The agent's pod on a node, for messages. */
  public async agentOn(node: string): Promise<string | undefined> {
    const own = process.env.POD_NAMESPACE ?? 'monitoring';
    const path = `${agentPodsPath(own)}&fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    const pods = await this.tolerant('Agents', [], async () => (await this.client.list(path)).map(podOf));
    const found = pods.find(({ over }) => !over);
    return found === undefined ? undefined : found.name;
  }

  private async tolerant<T>(what: string, otherwise: T, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.status !== 404) this.notes.add(`${what} are not known: ${error.message}`);
      return otherwise;
    }
  }
}

/** An answer that is not older than `milliseconds`: the one there is, else asked for now. */
async function recent<T>(answers: Answers<T>, key: string, milliseconds: number, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key);
  if (known !== undefined && Date.now() - known.at < milliseconds) return known.answer;
  const answer = await ask();
  answers.set(key, { at: Date.now(), answer });
  return answer;
}
