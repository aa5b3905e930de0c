/**
 * The Kubernetes extension's own tree, where that extension is there: its rows as nodes that our actions understand, and a
 * folder of network policies, which it has not. Written against its published contract; free of VS Code.
 */
import type { ResourceName } from '../../cluster/resources.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import type { ApiBroker, ClusterExplorer, Configuration, ExplorerNode, ResourceNode } from './contract.ts';

export const kExplorerExtension = 'ms-kubernetes-tools.vscode-kubernetes-tools';

/** Kinds that can be acted upon: what they are here, and the `menu` of our own rows of that kind. */
const kinds: Readonly<Record<string, readonly [ResourceName, string]>> = {
  Pod: ['pods', 'pod'], Service: ['services', 'service'], Deployment: ['deployments', 'workload'], StatefulSet: ['statefulSets', 'workload'],
  DaemonSet: ['daemonSets', 'workload'], Job: ['jobs', 'workload'], ReplicaSet: ['replicaSets', 'workload'], Ingress: ['ingresses', 'ingress'],
  NetworkPolicy: ['networkPolicies', 'networkpolicy'], Node: ['nodes', 'node'], Namespace: ['namespaces', 'namespace'],
};
const ofCluster = new Set(['Node', 'Namespace']);

/** Where our tree's actions look. */
export interface Here {
  /** Files, separated as in $KUBECONFIG; the first is where the current context stands. */
  readonly kubeconfig: string;
  readonly context: string;
  /** Of the context; '' is `default`. */
  readonly namespace: string;
}

const isResource = (node: ExplorerNode): node is ResourceNode => node.nodeType === 'resource';

export class KubernetesExplorer {
  private readonly explorer: ClusterExplorer;
  private readonly configuration: Configuration | undefined;

  private constructor(explorer: ClusterExplorer, configuration: Configuration | undefined) {
    this.explorer = explorer;
    this.configuration = configuration;
  }

  /** Undefined where the extension is too old, or too new, for this contract. */
  public static connect(broker: ApiBroker): KubernetesExplorer | undefined {
    const explorer = broker.get('clusterexplorer', 'v1_1');
    if (!explorer.available) return undefined;
    const configuration = broker.get('configuration', 'v1');
    return new KubernetesExplorer(explorer.api as ClusterExplorer, configuration.available ? (configuration.api as Configuration) : undefined);
  }

  /** Adds the folder of network policies; once. */
  public contribute(): void {
    const policies = this.explorer.nodeSources.resourceFolder('Network Policy', 'Network Policies', 'NetworkPolicy', 'networkpolicy');
    this.explorer.registerNodeContributor(policies.at('Network'));
  }

  /**
   * A row of its tree as one of ours, of the context that is current; undefined where the argument is none that can be acted
   * upon. Throws an Error with one sentence where its tree shows another kubeconfig than ours: the same names may be another cluster's.
   */
  public resolve(argument: unknown, here: Here): TreeNode | undefined {
    const node = this.explorer.resolveCommandTarget(argument);
    if (node === undefined || !isResource(node)) return undefined;
    const [resource, menu] = kinds[node.resourceKind.manifestKind] ?? [];
    if (resource === undefined || menu === undefined) return undefined;
    const shown = this.configuration?.getKubeconfigPath();
    const path = shown === undefined ? undefined : shown.isHostPath ? shown.path : shown.guestPath;
    if (path !== undefined && !here.kubeconfig.split(process.platform === 'win32' ? ';' : ':').includes(path)) {
      throw new Error(`The Kubernetes extension shows ${path}, StratoShark ${here.kubeconfig}: name one of them in the setting stratoshark.kubernetes.kubeconfig.`);
    }
    const namespace = ofCluster.has(node.resourceKind.manifestKind) ? '' : node.namespace ?? (here.namespace || 'default');
    return {
      id: `explorer/${resource}/${namespace}/${node.name}`, label: node.name, icon: '', menu, context: here.context,
      ref: { context: here.context, resource, namespace, name: node.name },
    };
  }
}
