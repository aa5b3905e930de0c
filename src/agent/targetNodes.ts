/** Which nodes have pods that a filter chooses, and their agents; for who captures from outside of the cluster. */
import { agentPodsPath } from '../capture/agentPods.ts';
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import type { AgentFilter } from './agentFilter.ts';
import { NodeView } from './nodeView.ts';
import { podOf } from './pods.ts';
import { Refresh } from './refresh.ts';

/** After a change of a pod, milliseconds: they come in bunches. */
const kSettle = 250;

/** Agents by node. Throws ClusterError. */
export async function agentsIn(client: ApiClient, namespace: string): Promise<ReadonlyMap<string, string>> {
  const list = await client.list(agentPodsPath(namespace)).catch((error: unknown) => {
    if (!(error instanceof ClusterError) || error.status !== 403) throw error;
    // A role for looking around would not do.
    throw new ClusterError(`You may not look for the agents of ${client.context}: ask for the rights to list pods, and to get and create pods/exec, in the namespace ${namespace}.`, 403);
  });
  return new Map(list.map(podOf).filter(({ over, node }) => !over && node !== '').map(({ node, name }) => [node, name]));
}

export interface NodesFound {
  /** With pods that the filter chooses now. */
  readonly nodes: ReadonlySet<string>;
  /** How many pods. */
  readonly pods: number;
  /** Chosen, but among the packets of their nodes: names with namespaces. */
  readonly hostNetwork: readonly string[];
}

export class TargetNodes {
  private readonly view: NodeView;
  private readonly filter: AgentFilter;
  private timer: NodeJS.Timeout | undefined;
  private refresh: Refresh | undefined;

  public constructor(client: ApiClient, filter: AgentFilter, namespace: string | undefined) {
    this.view = new NodeView(client, '', namespace);
    this.filter = filter;
  }

  /** Throws ClusterError: 403 where pods may not be listed. */
  public async find(): Promise<NodesFound> {
    await this.view.begin();
    return this.now();
  }

  /** Tells again whenever pods have changed, and from time to time where Services are asked for; until close(). */
  public follow(onFound: (found: NodesFound) => void): void {
    const look = async (): Promise<void> => {
      try {
        onFound(await this.now());
      } catch (error) {
        // The watch tries again, and what is known holds until then.
        if (!(error instanceof ClusterError)) throw error;
      }
    };
    void this.view.follow(() => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        void look();
      }, kSettle);
    });
    // Who is behind a Service can change and no pod with it.
    if (this.filter.asksServices) this.refresh = new Refresh(look);
  }

  public close(): void {
    clearTimeout(this.timer);
    this.refresh?.close();
    this.view.close();
  }

  private async now(): Promise<NodesFound> {
    const nodes = new Set<string>();
    const hostNetwork: string[] = [];
    let pods = 0;
    for (const pod of this.view.pods) {
      if (pod.over || pod.node === '') continue;
      const facts = await this.view.factsOf(pod, this.filter);
      if (this.filter.of(facts) === undefined) continue;
      pods++;
      if (!pod.hostNetwork) nodes.add(pod.node);
      // Of bystanders nothing is missed: a node puts the pod behind a Service in place of its address before it sends.
      else if (!this.filter.isBystander(facts)) hostNetwork.push(`${pod.namespace}/${pod.name}`);
    }
    return { nodes, pods, hostNetwork };
  }
}
