/**
 * The shapes of AdminNetworkPolicy, BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) and
 * ClusterNetworkPolicy (v1alpha2), after the fields their CRDs have.
 */
import { objectMeta, type Shape } from './schema.ts';
import type { PolicyKind } from './types.ts';

const string: Shape = { kind: 'string' };
const int32: Shape = { kind: 'int32' };
const any: Shape = { kind: 'any' };
const list = (of: Shape): Shape => ({ kind: 'list', of });
const struct = (name: string, fields: Readonly<Record<string, Shape>>): Shape => ({ kind: 'struct', name, fields });

const labelSelector = struct('LabelSelector', {
  matchLabels: { kind: 'strings' },
  matchExpressions: list(struct('LabelSelectorRequirement', { key: string, operator: string, values: list(string) })),
});

const namespacedPods = struct('NamespacedPod', { namespaceSelector: labelSelector, podSelector: labelSelector });
const subject = struct('Subject', { namespaces: labelSelector, pods: namespacedPods });
const ingressPeer = struct('IngressPeer', { namespaces: labelSelector, pods: namespacedPods });
const egressPeer = struct('EgressPeer', {
  namespaces: labelSelector,
  pods: namespacedPods,
  nodes: labelSelector,
  networks: list(string),
  domainNames: list(string),
});

const adminPort = struct('AdminNetworkPolicyPort', {
  portNumber: struct('Port', { protocol: string, port: int32 }),
  namedPort: string,
  portRange: struct('PortRange', { protocol: string, start: int32, end: int32 }),
});

const destination = struct('Protocol', {
  destinationPort: struct('Port', { number: int32, range: struct('PortRange', { start: int32, end: int32 }) }),
});
const protocol = struct('ClusterNetworkPolicyProtocol', {
  tcp: destination,
  udp: destination,
  sctp: destination,
  destinationNamedPort: string,
});

function policy(name: PolicyKind, spec: Readonly<Record<string, Shape>>, ports: Readonly<Record<string, Shape>>): Shape {
  const rule = (peers: Readonly<Record<string, Shape>>): Shape => struct(`${name}Rule`, { name: string, action: string, ...peers, ...ports });
  return struct(name, {
    apiVersion: string,
    kind: string,
    metadata: objectMeta,
    spec: struct(`${name}Spec`, {
      subject,
      ingress: list(rule({ from: list(ingressPeer) })),
      egress: list(rule({ to: list(egressPeer) })),
      ...spec,
    }),
    // Written by controllers; the API server takes and drops it on create.
    status: any,
  });
}

export const adminShapes: Readonly<Record<Exclude<PolicyKind, 'NetworkPolicy'>, Shape>> = {
  AdminNetworkPolicy: policy('AdminNetworkPolicy', { priority: int32 }, { ports: list(adminPort) }),
  BaselineAdminNetworkPolicy: policy('BaselineAdminNetworkPolicy', {}, { ports: list(adminPort) }),
  ClusterNetworkPolicy: policy('ClusterNetworkPolicy', { priority: int32, tier: string }, { protocols: list(protocol) }),
};
