/**
 * AdminNetworkPolicy and BaselineAdminNetworkPolicy (policy.networking.k8s.io/v1alpha1) and
 * ClusterNetworkPolicy (v1alpha2) in the common form.
 */
import { parseCidr } from './ip.ts';
import { FIRST_PORT, LAST_PORT, type Peer, type Policy, type PortMatch, type Rule, type RuleAction } from './model.ts';
import { asArray, asInteger, asObject, asString, get } from './read.ts';
import { EVERYTHING, readSelector, type Selector } from './selector.ts';
import { PROTOCOLS, type Direction, type ObjectRef, type PolicyDocument, type PolicyKind, type Protocol, type YamlPath } from './types.ts';

const NOTHING: Selector = { requirements: [], broken: 'there is none' };

function readProtocol(value: unknown): Protocol | undefined {
  if (value === undefined || value === null) return 'TCP';
  return PROTOCOLS.find((protocol) => protocol === value);
}

function numbers(protocol: Protocol, first: unknown, last: unknown, path: YamlPath): PortMatch {
  const from = asInteger(first);
  const to = asInteger(last);
  if (from === undefined || to === undefined) return { kind: 'never', path, reason: 'its port is not a number' };
  return { kind: 'numbers', path, protocol, first: from, last: to };
}

/** v1alpha1: portNumber, portRange or namedPort. */
function readAdminPort(item: unknown, path: YamlPath): PortMatch {
  const name = asString(get(item, 'namedPort'));
  if (name !== undefined) return { kind: 'name', path, name };
  const single = asObject(get(item, 'portNumber'));
  const range = asObject(get(item, 'portRange'));
  const protocol = readProtocol(get(single ?? range, 'protocol'));
  if (protocol === undefined) return { kind: 'never', path, reason: 'its protocol is none of TCP, UDP, SCTP' };
  if (single !== undefined) return numbers(protocol, get(single, 'port'), get(single, 'port'), path);
  if (range !== undefined) return numbers(protocol, get(range, 'start'), get(range, 'end'), path);
  return { kind: 'never', path, reason: 'it names no port' };
}

/** v1alpha2: tcp, udp, sctp (each with an optional destinationPort) or destinationNamedPort. */
function readClusterProtocol(item: unknown, path: YamlPath): PortMatch {
  const name = asString(get(item, 'destinationNamedPort'));
  if (name !== undefined) return { kind: 'name', path, name };
  for (const protocol of PROTOCOLS) {
    const body = asObject(get(item, protocol.toLowerCase()));
    if (body === undefined) continue;
    const port = asObject(get(body, 'destinationPort'));
    if (port === undefined) return { kind: 'numbers', path, protocol, first: FIRST_PORT, last: LAST_PORT };
    const range = asObject(get(port, 'range'));
    if (range !== undefined) return numbers(protocol, get(range, 'start'), get(range, 'end'), path);
    return numbers(protocol, get(port, 'number'), get(port, 'number'), path);
  }
  return { kind: 'never', path, reason: 'it names no protocol this version knows' };
}

function readNetworks(list: readonly unknown[], path: YamlPath): Peer[] {
  return list.map((text, at) => {
    const where: YamlPath = [...path, 'networks', at];
    const block = parseCidr(asString(text) ?? '');
    if (block === undefined) return { kind: 'never', path: where, reason: 'its network is not a valid CIDR' };
    return { kind: 'ip', path: where, block, except: [] };
  });
}

function readPeer(item: unknown, path: YamlPath): Peer[] {
  const namespaces = asObject(get(item, 'namespaces'));
  if (namespaces !== undefined) {
    return [{ kind: 'pods', path, namespaces: { selector: readSelector(namespaces) }, pods: EVERYTHING }];
  }
  const pods = asObject(get(item, 'pods'));
  if (pods !== undefined) {
    const selector = readSelector(get(pods, 'namespaceSelector'));
    return [{ kind: 'pods', path, namespaces: { selector }, pods: readSelector(get(pods, 'podSelector')) }];
  }
  const nodes = asObject(get(item, 'nodes'));
  if (nodes !== undefined) return [{ kind: 'nodes', path, nodes: readSelector(nodes) }];
  const networks = asArray(get(item, 'networks'));
  if (networks !== undefined) return readNetworks(networks, path);
  if (get(item, 'domainNames') !== undefined) {
    return [{ kind: 'never', path, reason: 'it goes by domain names, which cannot be decided from the files' }];
  }
  return [{ kind: 'never', path, reason: 'it names no peer this version knows' }];
}

function readAction(value: unknown): RuleAction | undefined {
  if (value === 'Allow' || value === 'Accept') return 'Allow';
  return value === 'Deny' || value === 'Pass' ? value : undefined;
}

function readRules(spec: unknown, direction: Direction, kind: PolicyKind): Rule[] {
  const peersKey = direction === 'ingress' ? 'from' : 'to';
  const portsKey = kind === 'ClusterNetworkPolicy' ? 'protocols' : 'ports';
  const readPort = kind === 'ClusterNetworkPolicy' ? readClusterProtocol : readAdminPort;
  const rules: Rule[] = [];
  for (const [index, item] of (asArray(get(spec, direction)) ?? []).entries()) {
    const action = readAction(get(item, 'action'));
    if (action === undefined) continue;
    const path: YamlPath = ['spec', direction, index];
    const name = asString(get(item, 'name'));
    const ports = (asArray(get(item, portsKey)) ?? []).map((port, at) => readPort(port, [...path, portsKey, at]));
    rules.push({
      index,
      path,
      action,
      // Unlike in a NetworkPolicy a rule without peers matches nobody: these APIs require at least one.
      peers: (asArray(get(item, peersKey)) ?? []).flatMap((peer, at) => readPeer(peer, [...path, peersKey, at])),
      ...(name === undefined ? {} : { name }),
      ...(ports.length > 0 ? { ports } : {}),
    });
  }
  return rules;
}

function readSubject(spec: unknown): Pick<Policy, 'subject' | 'subjectPath'> {
  const subject = get(spec, 'subject');
  const namespaces = asObject(get(subject, 'namespaces'));
  if (namespaces !== undefined) {
    return {
      subject: { namespaces: { selector: readSelector(namespaces) }, pods: EVERYTHING },
      subjectPath: ['spec', 'subject', 'namespaces'],
    };
  }
  const pods = asObject(get(subject, 'pods'));
  const path: YamlPath = ['spec', 'subject', 'pods'];
  if (pods === undefined) return { subject: { namespaces: { selector: NOTHING }, pods: NOTHING }, subjectPath: path };
  const selector = readSelector(get(pods, 'namespaceSelector'));
  return {
    subject: { namespaces: { selector }, pods: readSelector(get(pods, 'podSelector')) },
    subjectPath: path,
  };
}

/** Compiles the three cluster-scoped kinds. A ClusterNetworkPolicy without a known tier is asked in none (undefined). */
export function compileAdminPolicy(
  document: PolicyDocument,
  ref: ObjectRef,
  kind: Exclude<PolicyKind, 'NetworkPolicy'>,
  position: number,
): Policy | undefined {
  const spec = asObject(get(document, 'spec')) ?? {};
  const tier = get(spec, 'tier');
  if (kind === 'ClusterNetworkPolicy' && tier !== 'Admin' && tier !== 'Baseline') return undefined;
  return {
    ref,
    kind,
    tier: kind === 'BaselineAdminNetworkPolicy' || tier === 'Baseline' ? 'baseline' : 'admin',
    priority: asInteger(get(spec, 'priority')) ?? 0,
    position,
    document,
    ...readSubject(spec),
    ingress: readRules(spec, 'ingress', kind),
    egress: readRules(spec, 'egress', kind),
  };
}
