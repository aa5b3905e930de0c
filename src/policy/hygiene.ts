/**
 * Findings about policies that are valid and yet unlikely to be meant: selectors that match nothing, rules that
 * add nothing, pods left open, DNS forgotten. Warnings, never errors; each with its place in the YAML.
 */
import type { ClusterIndex } from './endpoint.ts';
import { Evaluator } from './evaluate.ts';
import { coveredRules, openPods, podsOf, surveyOf, type Survey } from './coverage.ts';
import type { NamespaceMatch, Peer, Policy, Rule } from './model.ts';
import { failedRequirements, requirementHolds, requirementText, selectorMatches, type Selector } from './selector.ts';
import type { Direction, Pod, YamlPath } from './types.ts';

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
}

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress'];

/** DNS servers by the labels they go by (kubernetes.io, "Debugging DNS Resolution"). */
function isDnsPod(pod: Pod): boolean {
  return pod.labels['k8s-app'] === 'kube-dns' && !pod.hostNetwork;
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

/** `; 3 pods of namespace shop have tier=web`: what the author may have meant. */
function nearMiss(selector: Selector, candidates: readonly Pod[]): string {
  if (selector.broken !== undefined) return '';
  const misses = candidates.filter((pod) => failedRequirements(selector, pod.labels) === 1);
  for (const pod of misses) {
    const failed = selector.requirements.find((requirement) => !requirementHolds(requirement, pod.labels));
    if (failed === undefined) continue;
    const value = Object.hasOwn(pod.labels, failed.key) ? pod.labels[failed.key] : undefined;
    if (value === undefined) continue;
    const same = misses.filter((other) => other.ns === pod.ns && other.labels[failed.key] === value).length;
    return `; ${pods(same)} of namespace ${pod.ns} ${same === 1 ? 'has' : 'have'} ${failed.key}=${value}`;
  }
  return '';
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

  constructor(survey: Survey) {
    this.survey = survey;
    this.cluster = survey.cluster;
    this.policies = survey.policies;
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

  private add(rule: FindingRule, level: Finding['level'], policy: Policy, path: YamlPath, message: string): void {
    this.findings.push({ rule, level, policy, path, message });
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
    const what = candidates.length === 0 ? `there is no pod${where}` : `no pod${where} has ${selectorText(selector)}${nearMiss(selector, candidates)}`;
    this.add('dead-selector', 'warning', policy, policy.subjectPath, `the policy selects nothing: ${what}`);
  }

  private peer(policy: Policy, peer: Peer): void {
    if (peer.kind !== 'pods') return;
    if (this.survey.table.peerClasses(peer).length > 0) return;
    const { namespaces } = peer;
    const candidates = this.podsIn(namespaces);
    if (candidates.length === 0) {
      const what = 'name' in namespaces ? `namespace ${namespaces.name} has no pod` : `no namespace with pods has ${selectorText(namespaces.selector)}`;
      this.add('dead-peer', 'warning', policy, peer.path, `the peer matches nothing: ${what}`);
      return;
    }
    this.add('dead-peer', 'warning', policy, peer.path, `the peer matches nothing: no pod there has ${selectorText(peer.pods)}${nearMiss(peer.pods, candidates)}`);
  }

  private ports(policy: Policy, rule: Rule, subjects: readonly Pod[]): void {
    const declared = subjects.flatMap((pod) => pod.ports);
    // Pods that declare nothing may listen on anything.
    if (declared.length === 0) return;
    for (const port of rule.ports ?? []) {
      if (port.kind === 'name') {
        const found = declared.some((one) => one.name === port.name && (port.protocol === undefined || one.protocol === port.protocol));
        if (!found) this.add('unknown-port-name', 'warning', policy, port.path, `no container of the selected pods has a port named "${port.name}"${nameNote(port.name, port.protocol, declared)}`);
      } else if (port.kind === 'numbers' && port.last - port.first < 1024) {
        const found = declared.some((one) => one.protocol === port.protocol && one.containerPort >= port.first && one.containerPort <= port.last);
        const text = port.first === port.last ? `${port.protocol} ${port.first}` : `${port.protocol} ${port.first}-${port.last}`;
        if (!found) this.add('undeclared-port', 'note', policy, port.path, `no container of the selected pods declares ${text}: is it the Service's port instead of the container's?`);
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
