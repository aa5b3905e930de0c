/**
 * Validation of the cluster-scoped policy kinds after the limits their CRDs state: exactly one subject and one
 * kind of peer or port per entry, known actions and tiers, ranges and list lengths.
 */
import type { Report } from './decode.ts';
import { parseCidr } from './ip.ts';
import { LAST_PORT } from './model.ts';
import { asArray, asInteger, asObject, asString, get } from './read.ts';
import { PROTOCOLS, type Direction, type PolicyKind, type YamlPath } from './types.ts';
import { validateMeta, validateSelector } from './validateMeta.ts';

type AdminKind = Exclude<PolicyKind, 'NetworkPolicy'>;

/** Limits of the CRDs (network-policy-api v0.1.7 and v0.2.0): they keep an enforcer's work bounded. */
const MOST_NETWORKS = 25;
const HIGHEST_PRIORITY = 1000;
const LONGEST_RULE_NAME = 100;

/** Rules of a direction, peers of a rule and ports of a rule all have the same limit. */
function mostEntries(kind: AdminKind): number {
  return kind === 'ClusterNetworkPolicy' ? 25 : 100;
}

function exactlyOne(value: unknown, keys: readonly string[], path: YamlPath, report: Report): void {
  const found = keys.filter((key) => (get(value, key) ?? undefined) !== undefined);
  if (found.length === 1) return;
  report('FieldValueInvalid', path, `must have exactly one of ${keys.join(', ')}, has ${found.length === 0 ? 'none' : found.join(' and ')}`);
}

function atMost(list: readonly unknown[], most: number, path: YamlPath, report: Report): void {
  if (list.length > most) report('FieldValueTooMany', path, `may hold at most ${most} entries, holds ${list.length}`);
}

function validateNumber(value: unknown, first: number, last: number, path: YamlPath, report: Report): void {
  const number = asInteger(value);
  if (number === undefined) report('FieldValueRequired', path, `must be a number from ${first} to ${last}`);
  else if (number < first || number > last) report('FieldValueInvalid', path, `${number}: must be from ${first} to ${last}`);
}

function validatePods(pods: unknown, kind: AdminKind, path: YamlPath, report: Report): void {
  for (const key of ['namespaceSelector', 'podSelector']) {
    const needed = key === 'podSelector' || kind !== 'ClusterNetworkPolicy';
    if (needed && (get(pods, key) ?? undefined) === undefined) report('FieldValueRequired', [...path, key], 'must be given ({} selects all)');
    validateSelector(get(pods, key), [...path, key], report);
  }
}

function validateTarget(value: unknown, kind: AdminKind, path: YamlPath, report: Report): void {
  validateSelector(get(value, 'namespaces'), [...path, 'namespaces'], report);
  validateSelector(get(value, 'nodes'), [...path, 'nodes'], report);
  const pods = asObject(get(value, 'pods'));
  if (pods !== undefined) validatePods(pods, kind, [...path, 'pods'], report);
}

function validateNetworks(networks: readonly unknown[], path: YamlPath, report: Report): void {
  if (networks.length === 0) report('FieldValueInvalid', path, 'must hold at least one network');
  atMost(networks, MOST_NETWORKS, path, report);
  for (const [at, text] of networks.entries()) {
    if (parseCidr(asString(text) ?? '') === undefined) {
      report('FieldValueInvalid', [...path, at], `${JSON.stringify(text)}: must be a CIDR such as 10.9.8.0/24 or 2001:db8::/64`);
    }
  }
}

function validateProtocol(value: unknown, path: YamlPath, report: Report): void {
  if (value === undefined || value === null || PROTOCOLS.some((known) => known === value)) return;
  report('FieldValueNotSupported', path, `${JSON.stringify(value)}: must be TCP, UDP or SCTP`);
}

function validateRange(range: unknown, kind: AdminKind, path: YamlPath, report: Report): void {
  validateNumber(get(range, 'start'), 1, 65535, [...path, 'start'], report);
  validateNumber(get(range, 'end'), 1, 65535, [...path, 'end'], report);
  const start = asInteger(get(range, 'start')) ?? 0;
  const end = asInteger(get(range, 'end')) ?? LAST_PORT;
  if (kind === 'ClusterNetworkPolicy' && start >= end) report('FieldValueInvalid', path, 'start must be less than end');
}

function validateAdminPort(port: unknown, kind: AdminKind, path: YamlPath, report: Report): void {
  exactlyOne(port, ['portNumber', 'namedPort', 'portRange'], path, report);
  const single = asObject(get(port, 'portNumber'));
  if (single !== undefined) {
    validateProtocol(get(single, 'protocol'), [...path, 'portNumber', 'protocol'], report);
    validateNumber(get(single, 'port'), 1, 65535, [...path, 'portNumber', 'port'], report);
  }
  const range = asObject(get(port, 'portRange'));
  if (range !== undefined) {
    validateProtocol(get(range, 'protocol'), [...path, 'portRange', 'protocol'], report);
    validateRange(range, kind, [...path, 'portRange'], report);
  }
}

function validateClusterProtocol(item: unknown, kind: AdminKind, path: YamlPath, report: Report): void {
  exactlyOne(item, ['tcp', 'udp', 'sctp', 'destinationNamedPort'], path, report);
  for (const key of ['tcp', 'udp', 'sctp']) {
    const port = asObject(get(get(item, key), 'destinationPort'));
    if (port === undefined) continue;
    const where = [...path, key, 'destinationPort'];
    exactlyOne(port, ['number', 'range'], where, report);
    if (get(port, 'number') !== undefined) validateNumber(get(port, 'number'), 1, 65535, [...where, 'number'], report);
    if (get(port, 'range') !== undefined) validateRange(get(port, 'range'), kind, [...where, 'range'], report);
  }
}

function validateRule(rule: unknown, kind: AdminKind, direction: Direction, path: YamlPath, report: Report): void {
  const cluster = kind === 'ClusterNetworkPolicy';
  const actions = cluster ? ['Accept', 'Deny', 'Pass'] : kind === 'AdminNetworkPolicy' ? ['Allow', 'Deny', 'Pass'] : ['Allow', 'Deny'];
  const action = get(rule, 'action') ?? undefined;
  if (action === undefined) report('FieldValueRequired', [...path, 'action'], `must be ${actions.join(', ')}`);
  else if (!actions.some((known) => known === action)) {
    report('FieldValueNotSupported', [...path, 'action'], `${JSON.stringify(action)}: must be ${actions.join(', ')}`);
  }
  if ((asString(get(rule, 'name')) ?? '').length > LONGEST_RULE_NAME) {
    report('FieldValueTooLong', [...path, 'name'], `may not be longer than ${LONGEST_RULE_NAME} characters`);
  }
  const peersKey = direction === 'ingress' ? 'from' : 'to';
  const kinds = direction === 'ingress' ? ['namespaces', 'pods'] : ['namespaces', 'pods', 'nodes', 'networks', 'domainNames'];
  const peers = asArray(get(rule, peersKey)) ?? [];
  if (peers.length === 0) report('FieldValueRequired', [...path, peersKey], 'must name at least one peer');
  atMost(peers, mostEntries(kind), [...path, peersKey], report);
  for (const [at, peer] of peers.entries()) {
    const where = [...path, peersKey, at];
    exactlyOne(peer, kinds, where, report);
    validateTarget(peer, kind, where, report);
    const networks = asArray(get(peer, 'networks'));
    if (networks !== undefined) validateNetworks(networks, [...where, 'networks'], report);
  }
  const portsKey = cluster ? 'protocols' : 'ports';
  const ports = asArray(get(rule, portsKey)) ?? [];
  atMost(ports, mostEntries(kind), [...path, portsKey], report);
  for (const [at, port] of ports.entries()) (cluster ? validateClusterProtocol : validateAdminPort)(port, kind, [...path, portsKey, at], report);
}

/** Reports every error; the document must have the right types already (see decode). */
export function validateAdminPolicy(document: unknown, kind: AdminKind, report: Report): void {
  const metadata = get(document, 'metadata');
  validateMeta(metadata, false, report);
  if (kind === 'BaselineAdminNetworkPolicy' && (get(metadata, 'name') ?? 'default') !== 'default') {
    report('FieldValueInvalid', ['metadata', 'name'], 'must be "default": there is only one BaselineAdminNetworkPolicy');
  }
  const spec = asObject(get(document, 'spec'));
  if (spec === undefined) {
    report('FieldValueRequired', ['spec'], 'must be given');
    return;
  }
  if (kind !== 'BaselineAdminNetworkPolicy') validateNumber(get(spec, 'priority'), 0, HIGHEST_PRIORITY, ['spec', 'priority'], report);
  if (kind === 'ClusterNetworkPolicy') {
    const tier = get(spec, 'tier') ?? undefined;
    if (tier === undefined) report('FieldValueRequired', ['spec', 'tier'], 'must be Admin or Baseline');
    else if (tier !== 'Admin' && tier !== 'Baseline') report('FieldValueNotSupported', ['spec', 'tier'], `${JSON.stringify(tier)}: must be Admin or Baseline`);
  }
  const subject = asObject(get(spec, 'subject'));
  if (subject === undefined) report('FieldValueRequired', ['spec', 'subject'], 'must be given');
  else {
    exactlyOne(subject, ['namespaces', 'pods'], ['spec', 'subject'], report);
    validateTarget(subject, kind, ['spec', 'subject'], report);
  }
  for (const direction of ['ingress', 'egress'] as const) {
    const rules = asArray(get(spec, direction)) ?? [];
    atMost(rules, mostEntries(kind), ['spec', direction], report);
    for (const [at, rule] of rules.entries()) validateRule(rule, kind, direction, ['spec', direction, at], report);
  }
}
