/**
 * Generates a cluster of any size with policies of the usual kinds: default deny, DNS, same namespace, tiers by
 * label, ingress controllers, named ports, blocks with exceptions, and admin and baseline policies.
 * The same seed gives the same cluster.
 */
import { stringify } from 'yaml';

export interface ClusterSize {
  readonly namespaces: number;
  readonly podsPerNamespace: number;
  readonly policiesPerNamespace: number;
  readonly nodes: number;
}

/** The size the figures of the README are for: 10,000 pods, 200 namespaces, 1,000 policies. */
export const LARGE: ClusterSize = { namespaces: 200, podsPerNamespace: 50, policiesPerNamespace: 5, nodes: 100 };

/** mulberry32: a small generator of even random numbers (public domain algorithm). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const TIERS = ['frontend', 'backend', 'cache', 'database', 'queue'];
const TEAMS = ['red', 'green', 'blue', 'black'];
const ENVIRONMENTS = ['production', 'staging', 'test'];
const REPLICAS = 5;

type Yaml = Readonly<Record<string, unknown>>;

function pod(ns: number, at: number, size: ClusterSize, random: () => number): Yaml {
  const app = Math.floor(at / REPLICAS);
  const index = ns * size.podsPerNamespace + at;
  const host = random() < 0.005;
  const node = Math.floor(random() * size.nodes);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `app-${app}-${at % REPLICAS}`,
      namespace: `ns-${ns}`,
      labels: {
        app: `app-${app}`,
        tier: TIERS[app % TIERS.length],
        'pod-template-hash': `h${ns}x${app}`,
        ...(app % 3 === 0 ? { metrics: 'scraped' } : {}),
      },
    },
    spec: {
      nodeName: `node-${node}`,
      ...(host ? { hostNetwork: true } : {}),
      containers: [
        {
          name: 'main',
          ports: [
            { name: 'http', containerPort: 8000 + (app % 4), protocol: 'TCP' },
            { name: 'metrics', containerPort: 9100 + (app % 2), protocol: 'TCP' },
          ],
        },
      ],
    },
    status: { podIP: host ? nodeIp(node) : `10.${64 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}` },
  };
}

function nodeIp(node: number): string {
  return `172.16.${node >>> 8}.${node & 255}`;
}

function networkPolicy(ns: number, name: string, spec: Yaml): Yaml {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: `ns-${ns}` }, spec };
}

/** The policies of a namespace: the kinds in turn, with random details. */
function policies(ns: number, count: number, random: () => number): Yaml[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const kinds: (() => Yaml)[] = [
    // Every other namespace is closed, the rest isolate only some pods.
    () => networkPolicy(ns, 'default-deny', { podSelector: ns % 2 === 0 ? {} : { matchLabels: { tier: 'cache' } }, policyTypes: ['Ingress', 'Egress'] }),
    () =>
      networkPolicy(ns, 'dns', {
        podSelector: ns % 2 === 0 ? {} : { matchLabels: { metrics: 'none' } },
        policyTypes: ['Egress'],
        egress: [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ns-0' } } }], ports: [{ protocol: 'UDP', port: 53 }, { port: 53 }] }],
      }),
    () =>
      networkPolicy(ns, 'tiers', {
        podSelector: { matchLabels: { tier: pick(TIERS) } },
        ingress: [{ from: [{ podSelector: { matchLabels: { tier: pick(TIERS) } } }], ports: [{ port: 'http' }] }],
      }),
    () =>
      networkPolicy(ns, 'team', {
        podSelector: { matchExpressions: [{ key: 'tier', operator: ns % 2 === 0 ? 'NotIn' : 'In', values: [pick(TIERS)] }] },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          { from: [{ namespaceSelector: { matchLabels: { team: pick(TEAMS) } }, podSelector: { matchLabels: { metrics: 'scraped' } } }], ports: [{ port: 9000, endPort: 9000 + Math.floor(random() * 200) }] },
        ],
        egress: [{ to: [{ namespaceSelector: { matchLabels: { environment: pick(ENVIRONMENTS) } } }], ports: [{ port: 8000 + Math.floor(random() * 4) }] }],
      }),
    () =>
      networkPolicy(ns, 'outside', {
        podSelector: { matchLabels: { tier: pick(TIERS) } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ ipBlock: { cidr: `192.0.${ns % 8}.0/24`, except: [`192.0.${ns % 8}.${Math.floor(random() * 8) * 16}/28`] } }] }],
        egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '172.16.0.0/12'] } }], ports: [{ port: 443 }] }, { to: [{ podSelector: {} }] }],
      }),
  ];
  return Array.from({ length: count }, (_, at) => {
    const made = kinds[at % kinds.length]?.() ?? {};
    const metadata = made['metadata'] as Yaml;
    return at < kinds.length ? made : { ...made, metadata: { ...metadata, name: `${String(metadata['name'])}-${at}` } };
  });
}

/** Every object of the cluster: namespaces, nodes, pods, policies. `admin` adds cluster-scoped policies. */
export function generateCluster(size: ClusterSize, seed = 1, admin = false): readonly Yaml[] {
  const random = randomFrom(seed);
  const objects: Yaml[] = [];
  for (let node = 0; node < size.nodes; node++) {
    objects.push({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: `node-${node}`, labels: { zone: `z${node % 3}` } },
      status: { addresses: [{ type: 'InternalIP', address: nodeIp(node) }] },
    });
  }
  for (let ns = 0; ns < size.namespaces; ns++) {
    objects.push({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: `ns-${ns}`, labels: { team: TEAMS[ns % TEAMS.length], environment: ENVIRONMENTS[ns % ENVIRONMENTS.length] } },
    });
    for (let at = 0; at < size.podsPerNamespace; at++) objects.push(pod(ns, at, size, random));
    objects.push(...policies(ns, size.policiesPerNamespace, random));
  }
  if (admin) objects.push(...adminPolicies());
  return objects;
}

function adminPolicies(): Yaml[] {
  const everyone = { namespaces: {} };
  return [
    {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: 'monitoring' },
      spec: {
        priority: 10,
        subject: everyone,
        ingress: [
          { action: 'Allow', from: [{ namespaces: { matchLabels: { team: 'black' } } }], ports: [{ namedPort: 'metrics' }] },
          { action: 'Pass', from: [{ namespaces: { matchLabels: { environment: 'test' } } }] },
          { action: 'Deny', from: [{ namespaces: { matchLabels: { team: 'red' } } }], ports: [{ portRange: { protocol: 'TCP', start: 9000, end: 9999 } }] },
        ],
      },
    },
    {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'BaselineAdminNetworkPolicy',
      metadata: { name: 'default' },
      spec: {
        subject: { namespaces: { matchLabels: { environment: 'staging' } } },
        egress: [{ action: 'Deny', to: [{ networks: ['192.0.0.0/16'] }, { nodes: { matchLabels: { zone: 'z1' } } }] }],
      },
    },
  ];
}

/** The same as YAML, one document per object. */
export function clusterYaml(objects: readonly Yaml[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
