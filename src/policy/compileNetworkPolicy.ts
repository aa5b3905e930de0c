/**
 * NetworkPolicy (networking.k8s.io/v1) in the common form, with the API server's defaults:
 * protocol TCP; policyTypes Ingress, plus Egress where there are egress rules.
 */
import { parseCidr, type Cidr } from './ip.ts';
import { FIRST_PORT, LAST_PORT, type NamespaceMatch, type Peer, type Policy, type PortMatch, type Rule } from './model.ts';
import { asArray, asInteger, asObject, asString, get } from './read.ts';
import { EVERYTHING, readSelector } from './selector.ts';
import { PROTOCOLS, type Direction, type ObjectRef, type PolicyDocument, type Protocol, type YamlPath } from './types.ts';

function readProtocol(value: unknown): Protocol | undefined {
  if (value === undefined || value === null) return 'TCP';
  return PROTOCOLS.find((protocol) => protocol === value);
}

function readPort(item: unknown, path: YamlPath): PortMatch {
  const protocol = readProtocol(get(item, 'protocol'));
  if (protocol === undefined) return { kind: 'never', path, reason: 'its protocol is none of TCP, UDP, SCTP' };
  const port = get(item, 'port');
  if (port === undefined || port === null) {
    return { kind: 'numbers', path, protocol, first: FIRST_PORT, last: LAST_PORT };
  }
  if (typeof port === 'string') return { kind: 'name', path, name: port, protocol };
  const first = asInteger(port);
  if (first === undefined) return { kind: 'never', path, reason: 'its port is neither a number nor a name' };
  return { kind: 'numbers', path, protocol, first, last: asInteger(get(item, 'endPort')) ?? first };
}

/** Reads `cidr` and `except`; a bad exception makes the whole block unusable rather than wider than written. */
export function readIpBlock(value: unknown, path: YamlPath): Peer {
  const block = parseCidr(asString(get(value, 'cidr')) ?? '');
  if (block === undefined) return { kind: 'never', path, reason: 'its cidr is not a valid CIDR' };
  const except: Cidr[] = [];
  for (const text of asArray(get(value, 'except')) ?? []) {
    const exception = parseCidr(asString(text) ?? '');
    if (exception === undefined) return { kind: 'never', path, reason: 'one of its exceptions is not a valid CIDR' };
    except.push(exception);
  }
  return { kind: 'ip', path, block, except };
}

function readPeer(item: unknown, path: YamlPath, namespace: string): Peer {
  const ipBlock = get(item, 'ipBlock') ?? undefined;
  const podSelector = get(item, 'podSelector') ?? undefined;
  const namespaceSelector = get(item, 'namespaceSelector') ?? undefined;
  if (ipBlock !== undefined) {
    if (podSelector !== undefined || namespaceSelector !== undefined) {
      return { kind: 'never', path, reason: 'it has both an ipBlock and a selector, which the API server refuses' };
    }
    return readIpBlock(ipBlock, [...path, 'ipBlock']);
  }
  if (podSelector === undefined && namespaceSelector === undefined) {
    return { kind: 'never', path, reason: 'it names no peer, which the API server refuses' };
  }
  const namespaces: NamespaceMatch =
    namespaceSelector === undefined ? { name: namespace } : { selector: readSelector(namespaceSelector) };
  return { kind: 'pods', path, namespaces, pods: podSelector === undefined ? EVERYTHING : readSelector(podSelector) };
}

function readRules(value: unknown, direction: Direction, namespace: string): Rule[] {
  const peersKey = direction === 'ingress' ? 'from' : 'to';
  return (asArray(value) ?? []).map((item, index) => {
    const path: YamlPath = ['spec', direction, index];
    // An empty list means the same as a missing one: no restriction.
    const peers = (asArray(get(item, peersKey)) ?? []).map((peer, at) =>
      readPeer(peer, [...path, peersKey, at], namespace),
    );
    const ports = (asArray(get(item, 'ports')) ?? []).map((port, at) => readPort(port, [...path, 'ports', at]));
    return {
      index,
      path,
      action: 'Allow',
      ...(peers.length > 0 ? { peers } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    };
  });
}

function directions(spec: unknown): ReadonlySet<unknown> {
  const types = asArray(get(spec, 'policyTypes')) ?? [];
  if (types.length > 0) return new Set(types);
  const egress = asArray(get(spec, 'egress')) ?? [];
  return new Set(egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
}

export function compileNetworkPolicy(document: PolicyDocument, ref: ObjectRef, position: number): Policy {
  const spec = asObject(get(document, 'spec')) ?? {};
  const namespace = ref.namespace ?? 'default';
  const types = directions(spec);
  return {
    ref,
    kind: 'NetworkPolicy',
    tier: 'networkpolicy',
    priority: 0,
    position,
    document,
    subject: { namespaces: { name: namespace }, pods: readSelector(get(spec, 'podSelector')) },
    subjectPath: ['spec', 'podSelector'],
    ...(types.has('Ingress') ? { ingress: readRules(get(spec, 'ingress'), 'ingress', namespace) } : {}),
    ...(types.has('Egress') ? { egress: readRules(get(spec, 'egress'), 'egress', namespace) } : {}),
  };
}
