/**
 * The network policies that hold for a node's pods, watched while a capture runs: its file can say later what they
 * allowed. All kinds or none: with some of them a file would say that a flow was allowed which another kind denied.
 */
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import { ListWatch } from '../cluster/listWatch.ts';
import type { OtherVersion } from '../contract/captureBlocks.ts';
import { policyOf, type PolicyKind, type WatchedPolicy } from './pods.ts';
import { policyVersion } from './objects.ts';

const ADMIN = '/apis/policy.networking.k8s.io';
/** Cluster-wide kinds: served where the CRDs of network-policy-api are installed. */
const ADMIN_KINDS: readonly (readonly [PolicyKind, string])[] = [
  ['AdminNetworkPolicy', `${ADMIN}/v1alpha1/adminnetworkpolicies`],
  ['BaselineAdminNetworkPolicy', `${ADMIN}/v1alpha1/baselineadminnetworkpolicies`],
  ['ClusterNetworkPolicy', `${ADMIN}/v1alpha2/clusternetworkpolicies`],
];

export class PolicyWatch {
  private readonly held: boolean;
  private readonly watches: readonly ListWatch<WatchedPolicy>[];
  private served: readonly ListWatch<WatchedPolicy>[] = [];
  /** Why the file will not say which policies there were; undefined where it will. */
  public problem: string | undefined = 'The policies have not been read yet.';

  /** `namespace`: what the capture is held to; of nothing beyond it is written. */
  public constructor(client: ApiClient, namespace?: string) {
    this.held = namespace !== undefined;
    const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const kinds: readonly (readonly [PolicyKind, string])[] = [['NetworkPolicy', `/apis/networking.k8s.io/v1${scope}/networkpolicies`], ...ADMIN_KINDS];
    this.watches = kinds.map(([kind, path]) => new ListWatch(client, path, (object) => policyOf(kind, object)));
  }

  /** Reads them once. Does not throw for what the API server says: see `problem`. */
  public async begin(): Promise<void> {
    const found = await Promise.all(this.watches.map((watch) => listed(watch)));
    const refused = found.find((one) => typeof one === 'string');
    this.served = this.watches.filter((_, at) => found[at] === true);
    this.problem = refused ?? (this.held && this.served.some(({ items }) => items.some(({ kind }) => kind !== 'NetworkPolicy'))
      ? 'Policies of the whole cluster hold here too, which a capture of one namespace does not tell.' : undefined);
  }

  /** Until close(). */
  public async follow(onChange: () => void): Promise<void> {
    if (this.problem === undefined) await Promise.all(this.served.map((watch) => watch.follow(onChange)));
  }

  /** Those that may say something of pods in these namespaces. */
  public versions(namespaces: ReadonlySet<string>): readonly OtherVersion[] {
    if (this.problem !== undefined) return [];
    return this.served.flatMap(({ items }) => items).filter(({ namespace }) => namespace === '' || namespaces.has(namespace)).map(policyVersion);
  }

  public close(): void {
    this.watches.forEach((watch) => { watch.close(); });
  }
}

/** Whether the kind is served; a sentence where it may not be read. */
async function listed(watch: ListWatch<WatchedPolicy>): Promise<boolean | string> {
  try {
    await watch.list();
    return true;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return error.status === 404 ? false : `Policies are not kept in the capture: ${error.message}`;
  }
}
