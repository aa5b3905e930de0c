/** What to ask the agents for, to capture what a node of the tree stands for. */
import type { Right } from '../../cluster/access.ts';
import type { ClusterView } from '../../cluster/clusterView.ts';
import { resources } from '../../cluster/resources.ts';
import { readSelector, type Requirement } from '../../policy/selector.ts';
import type { ObjectRef, TreeNode } from './node.ts';
import { NoTarget } from './noTarget.ts';
import { writtenEndpoints } from './writtenEndpoints.ts';

export interface CaptureTarget {
  readonly context: string;
  /** For people: `pod production/backend-1`. */
  readonly label: string;
  /** Of the file's name: `production_backend-1`. */
  readonly stem: string;
  /** The agents hold the capture to it. */
  readonly namespace?: string;
  /** `--ebpf-filter`, '' for all. */
  readonly filter: string;
  /** What of it is not captured, and what to do: one sentence. */
  readonly note?: string;
}

interface Made {
  readonly filter: string;
  /** The agents need not hold it to the object's namespace. */
  readonly everywhere?: boolean;
  /** As a CaptureTarget has it. */
  readonly note?: string | undefined;
}
type Make = (ref: ObjectRef, view: ClusterView) => string | Promise<string | Made>;

/** As bpf/deploy/admission.yaml asks it: who has it is not held to a namespace. */
const captureEverywhere: Right = { verb: 'create', group: 'stratoshark.dev', resource: 'captures', namespace: '' };

/** Filters by the resource a node stands for. A new kind is a row, and its menu in package.json. */
const filters: Partial<Record<ObjectRef['resource'], Make>> = {
  pods: ({ name }) => `k8s.pod.name == ${name}`,
  deployments: ({ name }) => `k8s.deployment == ${name}`,
  replicaSets: ({ name }) => `k8s.replicaset == ${name}`,
  statefulSets: ({ name }) => `k8s.workload == "StatefulSet/${name}"`,
  daemonSets: ({ name }) => `k8s.workload == "DaemonSet/${name}"`,
  jobs: ({ name }) => `k8s.workload == "Job/${name}"`,
  services: serviceFilter,
  ingresses: ingressFilter,
  networkPolicies: policyFilter,
  namespaces: () => '',
  nodes: ({ name }) => `k8s.node.name == ${name}`,
};

const kinds: Partial<Record<ObjectRef['resource'], string>> = {
  pods: 'pod', deployments: 'deployment', replicaSets: 'replica set', statefulSets: 'stateful set', daemonSets: 'daemon set', jobs: 'job', services: 'service',
  ingresses: 'ingress', networkPolicies: 'policy', namespaces: 'namespace', nodes: 'node',
};

/** Reads the object where its name is not enough. Rejects with NoTarget, or as the cluster answers. */
export async function captureTarget(node: TreeNode, view: ClusterView): Promise<CaptureTarget> {
  const ref = node.ref ?? node.pod;
  const make = ref === undefined ? undefined : filters[ref.resource];
  if (ref === undefined || make === undefined) throw new NoTarget(`${node.label} cannot be captured: choose a pod, container, workload, Service, NetworkPolicy, Ingress, namespace or node.`);
  const { context, resource, name } = ref;
  const container = node.pod === undefined ? undefined : node.label;
  const made = await make(ref, view);
  const { filter, everywhere = false, note }: Made = typeof made === 'string' ? { filter: made } : made;
  const namespace = everywhere ? '' : resource === 'namespaces' ? name : ref.namespace;
  return {
    context,
    label: `${container === undefined ? '' : `container ${container} of `}${kinds[resource] ?? resource} ${ref.namespace === '' ? name : `${ref.namespace}/${name}`}`,
    stem: [ref.namespace, name, container].filter((part) => part !== undefined && part !== '').join('_'),
    ...(namespace === '' ? {} : { namespace }),
    filter: container === undefined ? filter : `${filter} and k8s.container.name == ${container}`,
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * The pods behind it with all of their packets, and of other pods those with its virtual addresses: of all pods where the user
 * may capture everywhere, else of its namespace.
 */
async function serviceFilter({ namespace, name }: ObjectRef, view: ClusterView): Promise<Made> {
  const service = resources.services.convert(await view.read('services', namespace, name));
  const own = service.ips.filter((ip) => ip !== 'None');
  const everywhere = await view.may(captureEverywhere);
  const { elsewhere, note } = service.selector === undefined ? await writtenEndpoints(service, view, everywhere) : { elsewhere: [], note: undefined };
  const behind = `k8s.service.name == ${name}`;
  const addresses = own.map((ip) => `${ip.includes(':') ? 'ipv6' : 'ip'}.addr == ${ip}`);
  const others = elsewhere.map((ip) => `k8s.pod.ip == "${ip}"`);
  if (!everywhere || addresses.length + others.length === 0) return { filter: [behind, ...addresses].join(' or '), note };
  return { everywhere, filter: [`k8s.namespace == ${namespace} and ${behind}`, ...others, ...addresses].join(' or '), note };
}

async function ingressFilter({ namespace, name }: ObjectRef, view: ClusterView): Promise<string> {
  const { rules } = resources.ingresses.convert(await view.read('ingresses', namespace, name));
  const services = [...new Set(rules.map(({ backend }) => backend.split(':')[0] ?? ''))].filter((one) => one !== '');
  if (services.length === 0) throw new NoTarget(`The Ingress ${name} leads to no Service.`);
  return services.map((one) => `k8s.service.name == ${one}`).join(' or ');
}

async function policyFilter({ namespace, name }: ObjectRef, view: ClusterView): Promise<string> {
  const { requirements, broken } = readSelector(resources.networkPolicies.convert(await view.read('networkPolicies', namespace, name)).podSelector);
  if (broken !== undefined) throw new NoTarget(`The policy ${name} selects no pods: ${broken}.`);
  return requirements.map(requirementFilter).join(' and ');
}

function requirementFilter({ key, operator, values }: Requirement): string {
  const field = `k8s.label["${key}"]`;
  const list = `${field} in {${values.map((value) => `"${value}"`).join(', ')}}`;
  switch (operator) {
    case 'In': return list;
    case 'NotIn': return `not (${list})`;
    case 'Exists': return field;
    case 'DoesNotExist': return `not ${field}`;
  }
}
