/** What a selector, a port or a rule means, said where the mouse is. */
import type { PolicyHover, TextPosition } from '../../contract/policy.ts';
import type { Endpoint } from '../endpoint.ts';
import { isSubject, namespaceMatches, peerMatches } from '../match.ts';
import type { NamespaceMatch, Peer, Policy, PortMatch, Rule } from '../model.ts';
import { pathText, type YamlPath } from '../types.ts';
import { YamlEditor } from './edits.ts';
import { offsetAt, textRange } from './files.ts';
import { pathAt } from './nodes.ts';
import { labelsText, podCount } from './words.ts';
import type { PolicySource, World } from './world.ts';

/** Pods listed: more do not fit beside the mouse. */
const LISTED = 15;

interface Meaning {
  readonly title: string;
  readonly lines: readonly string[];
  readonly path: YamlPath;
}

function startsWith(path: YamlPath, prefix: YamlPath): boolean {
  return prefix.length <= path.length && prefix.every((part, at) => part === path[at]);
}

function podLines(ends: readonly Endpoint[]): readonly string[] {
  const lines = ends.slice(0, LISTED).map(({ text, anyPod }) => `${text}: ${labelsText(anyPod?.labels ?? {})}`);
  return ends.length > LISTED ? [...lines, `and ${ends.length - LISTED} more`] : lines;
}

function namespaceLine(match: NamespaceMatch, world: World): string {
  if ('name' in match) return `in namespace ${match.name}`;
  const names = [...new Set(world.cluster.podEndpoints.filter((end) => namespaceMatches(match, end)).map(({ pod }) => pod?.ns ?? ''))];
  return names.length === 0 ? 'in no namespace known' : `in ${names.length === 1 ? 'namespace' : 'namespaces'} ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
}

function peerMeaning(peer: Peer, world: World): Meaning {
  const { path } = peer;
  const ends = world.cluster.podEndpoints.filter((end) => peerMatches(peer, end));
  switch (peer.kind) {
    case 'pods':
      return { path, title: `This peer means ${podCount(ends.length)} ${namespaceLine(peer.namespaces, world)}`, lines: podLines(ends) };
    case 'ip':
      return { path, title: `These addresses are those of ${podCount(ends.length)}, and whatever else has them`, lines: podLines(ends) };
    case 'nodes':
      return { path, title: `This peer means nodes, and ${podCount(ends.length)} with their network`, lines: podLines(ends) };
    case 'never':
      return { path, title: 'This peer matches nothing', lines: [peer.reason] };
  }
}

function declares(port: PortMatch, end: Endpoint): boolean {
  return (end.pod?.ports ?? []).some((one) => {
    if (port.kind === 'numbers') return one.protocol === port.protocol && one.containerPort >= port.first && one.containerPort <= port.last;
    return port.kind === 'name' && one.name === port.name && (port.protocol === undefined || port.protocol === one.protocol);
  });
}

function portMeaning(port: PortMatch, receivers: readonly Endpoint[]): Meaning {
  const { path } = port;
  if (port.kind === 'never') return { path, title: 'This port matches nothing', lines: [port.reason] };
  const ends = receivers.filter((end) => declares(port, end));
  const lines = ends.slice(0, LISTED).map((end) => {
    const ports = (end.pod?.ports ?? []).map(({ protocol, containerPort, name }) => `${protocol} ${containerPort}${name === undefined ? '' : ` (${name})`}`);
    return `${end.text}: ${ports.join(', ')}`;
  });
  return { path, title: `${podCount(ends.length)} of ${receivers.length} that receive here declare this port`, lines };
}

function ruleMeaning(policy: Policy, direction: 'ingress' | 'egress', rule: Rule, path: YamlPath, world: World): Meaning | undefined {
  const subjects = world.cluster.podEndpoints.filter((end) => isSubject(policy, end));
  const peer = rule.peers?.find((one) => startsWith(path, one.path));
  if (peer !== undefined) return peerMeaning(peer, world);
  const port = rule.ports?.find((one) => startsWith(path, one.path));
  if (port === undefined) return undefined;
  if (direction === 'ingress') return portMeaning(port, subjects);
  const { peers } = rule;
  return portMeaning(port, peers === undefined ? world.cluster.podEndpoints : world.cluster.podEndpoints.filter((end) => peers.some((one) => peerMatches(one, end))));
}

function meaningAt({ policy }: PolicySource, path: YamlPath, world: World): Meaning | undefined {
  if (startsWith(path, policy.subjectPath)) {
    const subjects = world.cluster.podEndpoints.filter((end) => isSubject(policy, end));
    return { path: policy.subjectPath, title: `The policy selects ${podCount(subjects.length)} ${namespaceLine(policy.subject.namespaces, world)}`, lines: podLines(subjects) };
  }
  for (const direction of ['ingress', 'egress'] as const) {
    const rule = policy[direction]?.find((one) => startsWith(path, one.path));
    if (rule !== undefined) return ruleMeaning(policy, direction, rule, path, world);
  }
  return undefined;
}

/** undefined where there is nothing to say. */
export function hoverAt(world: World, uri: string, position: TextPosition): PolicyHover | undefined {
  const own = world.sources.filter(({ file }) => file.uri === uri);
  const offset = offsetAt(own[0]?.file.text ?? '', position);
  const around = own.filter(({ object: { span } }) => offset >= span[0] && offset <= span[1]);
  // All objects around are of one document: the items of a List.
  const tree = around[0]?.object.tree();
  if (tree === undefined) return undefined;
  const path = pathAt(tree.root, offset - tree.base);
  for (const source of around) {
    const { object, file } = source;
    if (!startsWith(path, object.path)) continue;
    const meaning = meaningAt(source, path.slice(object.path.length), world);
    if (meaning === undefined) continue;
    const span = new YamlEditor(file.text, object).entrySpan(meaning.path);
    const range = textRange(span === undefined ? object.rangeOf(meaning.path) : object.range(span[0], span[1]));
    return { range, title: meaning.title, lines: meaning.lines, footer: `${pathText(meaning.path)} · ${world.label}` };
  }
  return undefined;
}
