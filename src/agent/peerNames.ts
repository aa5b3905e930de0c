/**
 * Who has the addresses that captured pods talk to, by the watches of who captures from outside: pods of nodes that are
 * not captured, of other namespaces, and all where agents may not look. Nothing is listed before an address is unknown.
 */
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import { ListWatch } from '../cluster/listWatch.ts';
import { nodeObject } from '../cluster/objects.ts';
import type { NodeVersion, ObjectVersion } from '../contract/captureBlocks.ts';
import { NodeView } from './nodeView.ts';
import { nowNs, podVersion, serviceVersion } from './objects.ts';
import { podOf, serviceOf, type Pod, type Service } from './pods.ts';

/** Addresses that are followed for one capture. */
const kMost = 10_000;

type Holder =
  | { readonly uid: string; readonly pod: Pod }
  | { readonly uid: string; readonly service: Service }
  | { readonly uid: string; readonly node: NodeVersion };

export class PeerNames {
  private readonly client: ApiClient;
  private readonly namespace: string | undefined;
  private readonly view: NodeView;
  private pods: ListWatch<Pod> | undefined;
  private services: ListWatch<Service> | undefined;
  private nodes: ListWatch<NodeVersion> | undefined;
  private begun: Promise<void> | undefined;
  private closed = false;
  private holders: ReadonlyMap<string, Holder> | undefined;
  private readonly told = new Map<string, ObjectVersion>();

  /** `namespace`: where to look for who may not list all. */
  public constructor(client: ApiClient, namespace: string | undefined) {
    this.client = client;
    this.namespace = namespace;
    this.view = new NodeView(client, '', namespace);
  }

  /** What is to be written of the holders of these addresses beyond what was answered before; `known` by uid are left to their agents. */
  public async of(addresses: ReadonlySet<string>, known: ReadonlySet<string>): Promise<readonly ObjectVersion[]> {
    if (addresses.size === 0) return [];
    await (this.begun ??= this.begin());
    this.holders ??= this.byAddress();
    const versions: ObjectVersion[] = [];
    let left = kMost;
    for (const address of addresses) {
      if (--left < 0) break;
      const holder = this.holders.get(address);
      const before = this.told.get(address);
      if (before?.uid === holder?.uid) continue;
      if (before !== undefined) {
        this.told.delete(address);
        versions.push({ ...before, until: nowNs() });
      }
      if (holder === undefined || known.has(holder.uid)) continue;
      const version = await this.versionOf(holder);
      this.told.set(address, version);
      versions.push(version);
    }
    return versions;
  }

  public close(): void {
    this.closed = true;
    for (const watch of [this.pods, this.services, this.nodes]) watch?.close();
  }

  private async begin(): Promise<void> {
    const scope = this.namespace === undefined ? undefined : `/namespaces/${encodeURIComponent(this.namespace)}`;
    [this.pods, this.services, this.nodes] = await Promise.all([
      this.watch(['/api/v1/pods', ...(scope === undefined ? [] : [`/api/v1${scope}/pods`])], podOf),
      this.watch(['/api/v1/services', ...(scope === undefined ? [] : [`/api/v1${scope}/services`])], serviceOf),
      this.watch(['/api/v1/nodes'], nodeVersion),
    ]);
  }

  /** The first of these lists that may be read, followed from then on. */
  private async watch<T>(paths: readonly string[], convert: (object: unknown) => T): Promise<ListWatch<T> | undefined> {
    for (const path of paths) {
      const watch = new ListWatch(this.client, path, convert);
      try {
        await watch.list();
      } catch (error) {
        // Names are welcome, not needed.
        if (!(error instanceof ClusterError)) throw error;
        continue;
      }
      if (this.closed) return undefined;
      void watch.follow(() => { this.holders = undefined; });
      return watch;
    }
    return undefined;
  }

  /** Pods in their node's network share its address, and are not meant by it. */
  private byAddress(): ReadonlyMap<string, Holder> {
    const holders = new Map<string, Holder>();
    for (const node of this.nodes?.items ?? []) for (const address of node.addresses ?? []) holders.set(address, { uid: node.uid, node });
    for (const service of this.services?.items ?? []) for (const address of service.addresses) holders.set(address, { uid: service.uid, service });
    for (const pod of this.pods?.items ?? []) if (!pod.hostNetwork && !pod.over) for (const address of pod.addresses) holders.set(address, { uid: pod.uid, pod });
    return holders;
  }

  private async versionOf(holder: Holder): Promise<ObjectVersion> {
    if ('node' in holder) return holder.node;
    return 'service' in holder ? serviceVersion(holder.service) : podVersion(await this.view.factsOf(holder.pod));
  }
}

function nodeVersion(from: unknown): NodeVersion {
  const { name, uid, labels, ips } = nodeObject(from);
  return { kind: 'Node', name, uid, labels, from: nowNs(), addresses: ips };
}
