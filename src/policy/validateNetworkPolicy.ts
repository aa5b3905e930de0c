/** Validation of a decoded NetworkPolicy, as the API server of 1.34 does with default feature gates. */
import type { Report } from './decode.ts';
import { isStrictSubset, parseCidr } from './ip.ts';
import { portNameProblems, portNumberProblems } from './names.ts';
import { asArray, asInteger, asString, get } from './read.ts';
import { PROTOCOLS, type YamlPath } from './types.ts';
import { validateMeta, validateSelector } from './validateMeta.ts';

const NOT_A_CIDR = 'must be a CIDR such as 10.9.8.0/24 or 2001:db8::/64';

function invalid(report: Report, path: YamlPath, value: unknown, problem: string): void {
  report('FieldValueInvalid', path, `${JSON.stringify(value)}: ${problem}`);
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function validateEndPort(item: unknown, path: YamlPath, report: Report): void {
  const endPort = asInteger(get(item, 'endPort'));
  if (endPort === undefined) return;
  const where = [...path, 'endPort'];
  const port = get(item, 'port');
  if (!present(port)) {
    invalid(report, where, endPort, 'may not be given when port is not');
  } else if (typeof port === 'string') {
    invalid(report, where, endPort, 'may not be given when port is a name');
  } else {
    if (endPort < Number(port)) invalid(report, where, endPort, 'must be greater than or equal to port');
    for (const problem of portNumberProblems(endPort)) invalid(report, where, endPort, problem);
  }
}

function validatePort(item: unknown, path: YamlPath, report: Report): void {
  const protocol = get(item, 'protocol');
  if (present(protocol) && !PROTOCOLS.some((known) => known === protocol)) {
    report('FieldValueNotSupported', [...path, 'protocol'], `${JSON.stringify(protocol)}: must be TCP, UDP or SCTP`);
  }
  const port = get(item, 'port');
  const problems = typeof port === 'string' ? portNameProblems(port) : typeof port === 'number' ? portNumberProblems(port) : [];
  for (const problem of problems) invalid(report, [...path, 'port'], port, problem);
  validateEndPort(item, path, report);
}

function validateIpBlock(ipBlock: unknown, path: YamlPath, report: Report): void {
  const text = asString(get(ipBlock, 'cidr')) ?? '';
  if (text === '') {
    report('FieldValueRequired', [...path, 'cidr'], NOT_A_CIDR);
    return;
  }
  const block = parseCidr(text);
  if (block === undefined) {
    invalid(report, [...path, 'cidr'], text, NOT_A_CIDR);
    return;
  }
  for (const [at, item] of (asArray(get(ipBlock, 'except')) ?? []).entries()) {
    const where = [...path, 'except', at];
    const exception = parseCidr(asString(item) ?? '');
    if (exception === undefined) invalid(report, where, item ?? '', NOT_A_CIDR);
    else if (!isStrictSubset(block, exception)) invalid(report, where, item, 'must be a part of cidr, smaller than it');
  }
}

function validatePeer(item: unknown, path: YamlPath, report: Report): void {
  const podSelector = get(item, 'podSelector');
  const namespaceSelector = get(item, 'namespaceSelector');
  const ipBlock = get(item, 'ipBlock');
  validateSelector(podSelector, [...path, 'podSelector'], report);
  validateSelector(namespaceSelector, [...path, 'namespaceSelector'], report);
  if (present(ipBlock)) validateIpBlock(ipBlock, [...path, 'ipBlock'], report);
  const selectors = present(podSelector) || present(namespaceSelector);
  if (!selectors && !present(ipBlock)) {
    report('FieldValueRequired', path, 'must name a peer: podSelector, namespaceSelector or ipBlock');
  } else if (selectors && present(ipBlock)) {
    report('FieldValueForbidden', path, 'may not have both ipBlock and a selector');
  }
}

function validateRules(rules: unknown, path: YamlPath, peersKey: 'from' | 'to', report: Report): void {
  for (const [index, rule] of (asArray(rules) ?? []).entries()) {
    const where = [...path, index];
    for (const [at, port] of (asArray(get(rule, 'ports')) ?? []).entries()) validatePort(port, [...where, 'ports', at], report);
    for (const [at, peer] of (asArray(get(rule, peersKey)) ?? []).entries()) validatePeer(peer, [...where, peersKey, at], report);
  }
}

/** Reports every error; the document must have the right types already (see decode). */
export function validateNetworkPolicy(document: unknown, report: Report): void {
  validateMeta(get(document, 'metadata'), true, report);
  const spec = get(document, 'spec');
  validateSelector(get(spec, 'podSelector'), ['spec', 'podSelector'], report);
  validateRules(get(spec, 'ingress'), ['spec', 'ingress'], 'from', report);
  validateRules(get(spec, 'egress'), ['spec', 'egress'], 'to', report);
  const types = asArray(get(spec, 'policyTypes')) ?? [];
  if (types.length > 2) {
    report('FieldValueInvalid', ['spec', 'policyTypes'], 'may not hold more than two entries');
    return;
  }
  for (const [at, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') {
      report('FieldValueNotSupported', ['spec', 'policyTypes', at], `${JSON.stringify(type ?? '')}: must be Ingress or Egress`);
    }
  }
}
