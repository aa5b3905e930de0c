/** What stands above policies and rules: how many pods they mean. */
import type { PolicyLens } from '../../contract/policy.ts';
import type { ClusterIndex, Endpoint } from '../endpoint.ts';
import { isSubject, peerMatches } from '../match.ts';
import type { Peer, Policy, Rule } from '../model.ts';
import { refText, type Direction } from '../types.ts';
import { textRange } from './files.ts';
import { firstOf, podCount } from './words.ts';
import type { PolicySource, World } from './world.ts';

/** Names kept of each list of pods. */
const NAMES = 200;
/** Policies of one document that get lenses: a screen of them is read, not a thousand. */
const MOST_POLICIES = 500;

const VERBS = { Allow: 'allows', Deny: 'denies', Pass: 'passes on' } as const;

/** One side of a rule: how many pods, and what else (blocks of addresses, everyone). */
interface Side {
  readonly pods: readonly Endpoint[];
  readonly others: readonly string[];
}

function otherText(peer: Peer): string | undefined {
  switch (peer.kind) {
    case 'ip':
      return `${peer.block.text}${peer.except.length === 0 ? '' : ' with exceptions'}`;
    case 'nodes':
      return 'nodes';
    case 'never':
    case 'pods':
      return undefined;
  }
}

function peerSide(rule: Rule, cluster: ClusterIndex): Side {
  const { peers } = rule;
  if (peers === undefined) return { pods: [], others: ['anyone'] };
  const selecting = peers.filter(({ kind }) => kind === 'pods');
  return {
    pods: cluster.podEndpoints.filter((end) => selecting.some((peer) => peerMatches(peer, end))),
    others: peers.flatMap((peer) => otherText(peer) ?? []),
  };
}

function sideText({ pods, others }: Side): string {
  if (others.length === 0) return podCount(pods.length);
  return [...(pods.length === 0 ? [] : [podCount(pods.length)]), ...others.slice(0, 2), ...(others.length > 2 ? [`${others.length - 2} more`] : [])].join(' + ');
}

function pairText(from: Side, to: Side): string {
  if (from.others.length === 0 && to.others.length === 0) return `${from.pods.length} → ${podCount(to.pods.length)}`;
  return `${sideText(from)} → ${sideText(to)}`;
}

function names(ends: readonly Endpoint[]): readonly string[] {
  return ends.slice(0, NAMES).map(({ text }) => text);
}

class LensMaker {
  readonly lenses: PolicyLens[] = [];
  private readonly world: World;
  private readonly suffix: string;

  constructor(world: World) {
    this.world = world;
    this.suffix = ` · ${world.label}`;
  }

  make(source: PolicySource): void {
    const { policy, object } = source;
    const { cluster } = this.world;
    const subjects = cluster.podEndpoints.filter((end) => isSubject(policy, end));
    const range = textRange(object.rangeOf([]));
    const ref = refText(policy.ref);
    const list = subjects.length === 0 ? 'No pod known has the labels asked for.' : firstOf(subjects.map(({ text }) => text), 20);
    const add = (action: PolicyLens['action'], title: string, tooltip: string): void => {
      this.lenses.push({ range, action, title, tooltip, policy: ref, pods: names(subjects) });
    };
    add('verify', 'Verify', `Who reaches whom, what is unlikely to be meant, and assertions, ${this.world.label}`);
    add('selects', `selects ${podCount(subjects.length)}${this.suffix}`, list);
    add('reach', 'show reachability', `Who reaches the pods of this policy, ${this.world.label}`);
    for (const direction of ['ingress', 'egress'] as const) {
      for (const rule of policy[direction] ?? []) this.rule(source, direction, rule, subjects);
    }
  }

  private rule({ policy, object }: PolicySource, direction: Direction, rule: Rule, subjects: readonly Endpoint[]): void {
    const own: Side = { pods: subjects, others: [] };
    const peers = peerSide(rule, this.world.cluster);
    const [from, to] = direction === 'ingress' ? [peers, own] : [own, peers];
    this.lenses.push({
      range: textRange(object.rangeOf(rule.path)),
      action: 'rule',
      title: `${VERBS[rule.action]} ${pairText(from, to)}${this.suffix}`,
      tooltip: peers.pods.length === 0 ? 'No pod known is meant by the peers of this rule.' : `${direction === 'ingress' ? 'From' : 'To'} ${firstOf(peers.pods.map(({ text }) => text), 20)}`,
      policy: refText(policy.ref),
      pods: names(peers.pods),
    });
  }
}

/** Policies of one file that get lenses. */
export function shownSources(world: World, uri: string): readonly PolicySource[] {
  return world.sources.filter(({ file }) => file.uri === uri).slice(0, MOST_POLICIES);
}

/** Lenses of the policies of one file. */
export function makeLenses(world: World, uri: string): readonly PolicyLens[] {
  const maker = new LensMaker(world);
  for (const source of shownSources(world, uri)) maker.make(source);
  return maker.lenses;
}

/** The policies a document holds, for what needs them one by one. */
export function ownPolicies(world: World, uri: string): readonly Policy[] {
  return world.sources.filter(({ file }) => file.uri === uri).map(({ policy }) => policy);
}
