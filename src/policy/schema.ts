/**
 * The shape of a NetworkPolicy document as the API server decodes it (networking.k8s.io/v1 and
 * meta/v1 ObjectMeta): which fields exist and what type each has.
 */

export type Shape =
  | { readonly kind: 'string' | 'int32' | 'int64' | 'bool' | 'time' | 'intOrString' | 'any' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'strings' }
  | { readonly kind: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, Shape>> };

const string: Shape = { kind: 'string' };
const int32: Shape = { kind: 'int32' };
const bool: Shape = { kind: 'bool' };
const time: Shape = { kind: 'time' };
const strings: Shape = { kind: 'strings' };
const list = (of: Shape): Shape => ({ kind: 'list', of });
const struct = (name: string, fields: Readonly<Record<string, Shape>>): Shape => ({ kind: 'struct', name, fields });

const ownerReference = struct('OwnerReference', {
  apiVersion: string,
  kind: string,
  name: string,
  uid: string,
  controller: bool,
  blockOwnerDeletion: bool,
});

const managedFields = struct('ManagedFieldsEntry', {
  manager: string,
  operation: string,
  apiVersion: string,
  time,
  fieldsType: string,
  fieldsV1: { kind: 'any' },
  subresource: string,
});

export const objectMeta = struct('ObjectMeta', {
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: { kind: 'int64' },
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: { kind: 'int64' },
  labels: strings,
  annotations: strings,
  ownerReferences: list(ownerReference),
  finalizers: list(string),
  managedFields: list(managedFields),
});

const labelSelector = struct('LabelSelector', {
  matchLabels: strings,
  matchExpressions: list(struct('LabelSelectorRequirement', { key: string, operator: string, values: list(string) })),
});

const peer = struct('NetworkPolicyPeer', {
  podSelector: labelSelector,
  namespaceSelector: labelSelector,
  ipBlock: struct('IPBlock', { cidr: string, except: list(string) }),
});

const port = struct('NetworkPolicyPort', { protocol: string, port: { kind: 'intOrString' }, endPort: int32 });

export const networkPolicyShape = struct('NetworkPolicy', {
  apiVersion: string,
  kind: string,
  metadata: objectMeta,
  spec: struct('NetworkPolicySpec', {
    podSelector: labelSelector,
    ingress: list(struct('NetworkPolicyIngressRule', { ports: list(port), from: list(peer) })),
    egress: list(struct('NetworkPolicyEgressRule', { ports: list(port), to: list(peer) })),
    policyTypes: list(string),
  }),
});
