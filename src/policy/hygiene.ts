/**
 * Findings about policies that are valid and yet unlikely to be meant: selectors that match nothing, rules that
 * add nothing, pods left open, DNS forgotten. Warnings, never errors; each with its place in the YAML.
 */
import type { ClusterIndex } from './endpoint.ts';
import { Evaluator } from './evaluate.ts';
import { coveredRules, openPods, podsOf, surveyOf, type Survey } from './coverage.ts';
import type { NamespaceMatch, Peer, Policy, Rule } from './model.ts';
import { nearMisses, type NearMiss } from './nearMiss.ts';
import { requirementText, selectorMatches, type Selector } from './selector.ts';
import type { ContainerPort, Direction, Pod, YamlPath } from './types.ts';

export type FindingRule =
  | 'dead-selector'
  | 'dead-peer'
  | 'unknown-port-name'
  | 'undeclared-port'
  | 'redundant-rule'
  | 'missing-default-deny'
  | 'dns-blocked';

/** What each rule is about: for lists of rules (SARIF) and help. */
export const FINDING_RULES: Readonly<Record<FindingRule, string>> = {
  'dead-selector': 'A policy selects no pod.',
  'dead-peer': 'A peer matches no pod.',
  'unknown-port-name': 'No container of the destination has a port of that name.',
  'undeclared-port': 'No container of the selected pods declares that port.',
  'redundant-rule': 'A rule adds nothing to another one.',
  'missing-default-deny': 'Pods are not isolated for ingress.',
  'dns-blocked': 'Egress is limited and DNS is not allowed.',
};

export interface Finding {
  readonly rule: FindingRule;
  readonly level: 'warning' | 'note';
  /** Absent: the finding is about a namespace as a whole. */
  readonly policy?: Policy;
  readonly path: YamlPath;
  readonly message: string;
  /** For selectors that match nothing: what may have been meant. */
  readonly near?: Near;
  /** For ports: what the containers declare instead. */
  readonly declared?: readonly ContainerPort[];
  /** Set where nothing is known of the namespace the finding is about: the pods may be elsewhere. */
  readonly unknownNamespace?: boolean;
}

/** The selector that matches nothing, and ways to write it so that it does, likeliest first. */
export interface Near {
  readonly selector: Selector;
  readonly of: 'pods' | 'namespaces';
  readonly misses: readonly NearMiss[];
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** DNS servers by the labels they go by (kubernetes.io, "Debugging DNS Resolution"). */
function isDnsPod(pod: Pod): boolean {
  return pod.labels['k8s-app'] === 'kube-dns' && !pod.hostNetwork;
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

/** `; 3 pods of namespace shop have tier=web: is that meant?` */
function nearText({ misses, of }: Near): string {
  const first = misses[0];
  if (first === undefined) return '';
  const { count, key, value, where } = first;
  if (of === 'namespaces') return `; ${where} has ${key}=${value}: is that meant?`;
  return `; ${pods(count)} of ${where} ${count === 1 ? 'has' : 'have'} ${key}=${value}: is that meant?`;
}

function selectorText(selector: Selector): string {
  return selector.requirements.length === 0 ? 'no pod at all' : selector.requirements.map(requirementText).join(', ');
}

class Inspector {
  readonly findings: Finding[] = [];
  private readonly survey: Survey;
  private readonly cluster: ClusterIndex;
  private readonly livePods: readonly Pod[];
  private readonly podsByNamespace = new Map<string, Pod[]>();
  private readonly policies: readonly Policy[];
  /** `key=value` of every selector. */
  private readonly mentioned: ReadonlySet<string>;

  constructor(survey: Survey) {
    this.survey = survey;
    this.cluster = survey.cluster;
    this.policies = survey.policies;
    this.mentioned = mentionedLabels(survey.policies);
    this.livePods = survey.cluster.state.pods.filter((pod) => !pod.hostNetwork);
    for (const pod of this.livePods) {
      const list = this.podsByNamespace.get(pod.ns);
      if (list === undefined) this.podsByNamespace.set(pod.ns, [pod]);
      else list.push(pod);
    }
  }

  /** Pods of the namespaces a match means. */
  private podsIn(match: NamespaceMatch): readonly Pod[] {
    if ('name' in match) return this.podsByNamespace.get(match.name) ?? [];
    return [...this.podsByNamespace].flatMap(([name, list]) => (selectorMatches(match.selector, this.cluster.labelsOfNamespace(name)) ? list : []));
  }

  private add(rule: FindingRule, level: Finding['level'], policy: Policy, path: YamlPath, message: string, more: Partial<Finding> = {}): void {
    this.findings.push({ rule, level, policy, path, message, ...more });
  }

  private near(selector: Selector, candidates: readonly Pod[], policy: Policy): Near {
    // The pods the policy selects itself are seldom the peers it means.
    const own = this.survey.table.subjects(policy).length > 0 ? candidates.filter((pod) => !selectorMatches(policy.subject.pods, pod.labels)) : candidates;
    const labelled = (own.length > 0 ? own : candidates).map(({ labels, ns }) => ({ labels, where: `namespace ${ns}` }));
    return { selector, of: 'pods', misses: nearMisses(selector, labelled, this.mentioned) };
  }

  inspect(): void {
    for (const policy of this.policies) {
      const known = podsOf(this.survey, this.survey.table.subjects(policy));
      if (known.length === 0) this.deadSelector(policy);
      for (const direction of DIRECTIONS) {
        for (const rule of policy[direction] ?? []) {
          for (const peer of rule.peers ?? []) this.peer(policy, peer);
          if (direction === 'ingress' && known.length > 0) this.ports(policy, rule, known);
          else if (direction === 'egress') this.egressNames(policy, rule);
        }
      }
    }
    for (const { policy, rule, by } of coveredRules(this.survey)) {
      this.add('redundant-rule', 'note', policy, rule.path, `rule ${rule.index + 1} adds nothing: rule ${by.index + 1} already decides all it matches`);
    }
    this.defaultDeny();
    this.dns();
  }

  private deadSelector(policy: Policy): void {
    const { namespaces, pods: selector } = policy.subject;
    const candidates = this.podsIn(namespaces);
    const where = 'name' in namespaces ? ` in namespace ${namespaces.name}` : '';
    const near = this.near(selector, candidates, policy);
    const what = candidates.length === 0 ? `there is no pod${where}` : `no pod${where} has ${selectorText(selector)}${nearText(near)}`;
    this.add('dead-selector', 'warning', policy, policy.subjectPath, `the policy selects nothing: ${what}`, { near, unknownNamespace: candidates.length === 0 });
  }

  private peer(policy: Policy, peer: Peer): void {
    if (peer.kind !== 'pods') return;
    if (this.survey.table.peerClasses(peer).length > 0) return;
    const { namespaces } = peer;
    const candidates = this.podsIn(namespaces);
    if (candidates.length === 0) {
      this.deadNamespaces(policy, peer, namespaces);
      return;
    }
    const near = this.near(peer.pods, candidates, policy);
    this.add('dead-peer', 'warning', policy, peer.path, `the peer matches nothing: no pod there has ${selectorText(peer.pods)}${nearText(near)}`, { near });
  }

  private deadNamespaces(policy: Policy, peer: Peer, namespaces: NamespaceMatch): void {
    if ('name' in namespaces) {
      this.add('dead-peer', 'warning', policy, peer.path, `the peer matches nothing: namespace ${namespaces.name} has no pod`, { unknownNamespace: true });
      return;
    }
    const { selector } = namespaces;
    const labelled = [...this.podsByNamespace.keys()].map((name) => ({ labels: this.cluster.labelsOfNamespace(name), where: `namespace ${name}` }));
    const near: Near = { selector, of: 'namespaces', misses: nearMisses(selector, labelled, this.mentioned) };
    this.add('dead-peer', 'warning', policy, peer.path, `the peer matches nothing: no namespace with pods has ${selectorText(selector)}${nearText(near)}`, { near, unknownNamespace: near.misses.length === 0 });
  }

  private ports(policy: Policy, rule: Rule, subjects: readonly Pod[]): void {
    const declared = subjects.flatMap((pod) => pod.ports);
    // Pods that declare nothing may listen on anything.
    if (declared.length === 0) return;
    for (const port of rule.ports ?? []) {
      if (port.kind === 'name') {
        const found = declared.some((one) => one.name === port.name && (port.protocol === undefined || one.protocol === port.protocol));
        if (!found) this.add('unknown-port-name', 'warning', policy, port.path, `no container of the selected pods has a port named "${port.name}"${nameNote(port.name, port.protocol, declared)}`, { declared });
      } else if (port.kind === 'numbers' && port.last - port.first < 1024) {
        const found = declared.some((one) => one.protocol === port.protocol && one.containerPort >= port.first && one.containerPort <= port.last);
        const text = port.first === port.last ? `${port.protocol} ${port.first}` : `${port.protocol} ${port.first}-${port.last}`;
        if (!found) this.add('undeclared-port', 'note', policy, port.path, `no container of the selected pods declares ${text}: is it the Service's port instead of the container's?`, { declared });
      }
    }
  }

  private egressNames(policy: Policy, rule: Rule): void {
    for (const port of rule.ports ?? []) {
      if (port.kind !== 'name') continue;
      const found = this.livePods.some((pod) => pod.ports.some((one) => one.name === port.name && (port.protocol === undefined || one.protocol === port.protocol)));
      if (!found) this.add('unknown-port-name', 'warning', policy, port.path, `no pod has a port named "${port.name}"`);
    }
  }

  private defaultDeny(): void {
    for (const { namespace, open, total } of openPods(this.survey)) {
      const names = open.slice(0, 3).map((pod) => pod.name).join(', ');
      const more = open.length > 3 ? ', …' : '';
      this.findings.push({
        rule: 'missing-default-deny',
        level: 'warning',
        path: [],
        message: `namespace ${namespace}: no policy isolates ${open.length} of ${pods(total)} for ingress (${names}${more}): everyone may reach them`,
      });
    }
  }

  private dns(): void {
    const servers = this.cluster.podEndpoints.filter(({ pod }) => pod !== undefined && isDnsPod(pod));
    const server = servers[0];
    const evaluator = new Evaluator(this.cluster, this.policies);
    const reported = new Set<Policy>();
    const isolatingBy = new Map<number, Policy[]>();
    for (const policy of this.policies) {
      if (policy.tier !== 'networkpolicy' || policy.egress === undefined) continue;
      for (const id of this.survey.table.subjects(policy)) isolatingBy.set(id, [...(isolatingBy.get(id) ?? []), policy]);
    }
    for (const [id, isolating] of isolatingBy) {
      const from = this.survey.classes.all[id]?.sample;
      if (from?.pod === undefined || isDnsPod(from.pod)) continue;
      // Without a known server a rule for port 53 to somewhere is taken to be enough.
      const reaches =
        server === undefined
          ? isolating.some((policy) => policy.egress?.some(mentionsDns) ?? false)
          : servers.some((to) => evaluator.direction({ from, to, port: 53, protocol: 'UDP' }, 'egress').allowed);
      if (reaches) continue;
      const policy = isolating.find((candidate) => (candidate.egress?.length ?? 0) > 0) ?? isolating[0];
      if (policy === undefined || reported.has(policy)) continue;
      reported.add(policy);
      this.add('dns-blocked', 'warning', policy, ['spec', 'egress'], `DNS is blocked: ${from.text} may not send UDP 53 to ${server?.text ?? 'anyone'}; names will not resolve`);
    }
  }
}

function mentionedLabels(policies: readonly Policy[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = ({ requirements }: Selector): void => {
    for (const { key, values } of requirements) for (const value of values) found.add(`${key}=${value}`);
  };
  for (const policy of policies) {
    add(policy.subject.pods);
    for (const rule of [...(policy.ingress ?? []), ...(policy.egress ?? [])]) {
      for (const peer of rule.peers ?? []) if (peer.kind === 'pods') add(peer.pods);
    }
  }
  return found;
}

function mentionsDns(rule: Rule): boolean {
  return rule.ports === undefined || rule.ports.some((port) => (port.kind === 'numbers' ? port.protocol === 'UDP' && port.first <= 53 && port.last >= 53 : port.kind === 'name'));
}

function nameNote(name: string, protocol: string | undefined, declared: readonly { readonly name?: string; readonly protocol: string }[]): string {
  const other = declared.find((one) => one.name === name);
  if (other !== undefined) return `: it is declared as ${other.protocol}, not ${protocol ?? ''}`;
  const names = [...new Set(declared.map((one) => one.name).filter((one) => one !== undefined))];
  return names.length === 0 ? '' : `: they are called ${names.slice(0, 5).join(', ')}`;
}

/** All findings, by policy in the order given; nothing is found out about pods where none are known. */
export function inspectPolicies(cluster: ClusterIndex, policies: readonly Policy[]): readonly Finding[] {
  if (cluster.state.pods.length === 0) return [];
  const inspector = new Inspector(surveyOf(cluster, policies));
  inspector.inspect();
  return inspector.findings;
}
