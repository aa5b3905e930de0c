/** One flow explained: the verdict, the lines of YAML that decide, and changes that would allow it. */
import { ProblemError } from '../../base/problem.ts';
import type { Explanation, ExplanationLine, ExplainRequest, PolicyFix, PolicyPlace } from '../../contract/policy.ts';
import type { Change } from '../change.ts';
import { UnknownEndpointError, type Endpoint } from '../endpoint.ts';
import type { DirectionVerdict, FlowVerdict } from '../evaluate.ts';
import { readGroup } from '../groups.ts';
import { nearestRule } from '../nearest.ts';
import { pathText, PROTOCOLS, refText, type EndpointSpec, type Probe } from '../types.ts';
import { patchEdits } from './fixes.ts';
import type { World } from './world.ts';

const EXEMPT = {
  self: 'a pod always reaches itself',
  'own-node': "traffic from the pod's own node is always admitted",
  'host-network': 'policies do not apply to pods with the network of their node',
  'not-a-pod': 'policies apply to pods only',
} as const;

type Placed = ExplanationLine;

function line(text: string, level: number, place?: PolicyPlace): Placed {
  return place === undefined ? { text, level } : { text, level, place };
}

function allowedLines(verdict: DirectionVerdict, world: World): readonly Placed[] {
  const { direction, decidedBy, exemption, rules } = verdict;
  if (decidedBy === 'exempt') return [line(`${direction}: allowed, ${EXEMPT[exemption ?? 'not-a-pod']}`, 0)];
  if (decidedBy === 'default') return [line(`${direction}: allowed, no policy selects the pod for ${direction}`, 0)];
  return [
    line(`${direction}: allowed by`, 0),
    ...rules.map(({ policy, rule }) => line(`${refText(policy.ref)}, ${direction} rule ${rule.index + 1}`, 1, world.place(policy, rule.path))),
  ];
}

function deniedLines(flow: FlowVerdict['flow'], verdict: DirectionVerdict, world: World): readonly Placed[] {
  const { direction, decidedBy, isolatedBy } = verdict;
  const nearest = nearestRule(flow, verdict);
  const isRule = decidedBy !== 'networkpolicy';
  return [
    line(isRule ? `${direction}: denied by a rule of` : `${direction}: denied, no rule of these policies allows it`, 0),
    ...isolatedBy.map((policy) => line(refText(policy.ref), 1, world.place(policy, isRule ? (verdict.rules[0]?.rule.path ?? []) : policy.subjectPath))),
    ...(nearest === undefined ? [] : [line(`${isRule ? '' : 'nearest: '}${nearest.reason} (${refText(nearest.policy.ref)} ${pathText(nearest.path)})`, 1, world.place(nearest.policy, nearest.path))]),
  ];
}

/** The line of YAML that decides a direction; undefined where none does (nothing selects the pod). */
function decidingPlace(flow: FlowVerdict['flow'], verdict: DirectionVerdict, world: World): PolicyPlace | undefined {
  if (verdict.allowed) {
    const hit = verdict.rules[0];
    return hit === undefined ? undefined : world.place(hit.policy, hit.rule.path);
  }
  const nearest = nearestRule(flow, verdict);
  return nearest === undefined ? undefined : world.place(nearest.policy, nearest.path);
}

function fixOf(changes: readonly Change[], verdict: FlowVerdict, world: World, preferred: boolean): PolicyFix | undefined {
  if (changes.length === 0) return undefined;
  const near = (verdict.egress.allowed ? verdict.ingress : verdict.egress).isolatedBy[0];
  const edits = patchEdits(world, changes.flatMap(({ operations }) => operations), near);
  if (edits === undefined) return undefined;
  const opens = changes.reduce((sum, change) => sum + change.opens, 0);
  const detail = opens <= 1 ? 'It allows exactly this flow.' : `It opens up to ${opens} flows between the pods known.`;
  return { title: changes.map(({ summary }) => summary).join(' '), detail, preferred, edits };
}

/** Changes of the files that allow a denied flow: the smallest edit, and what opens less where that is another. */
export function verdictFixes(verdict: FlowVerdict, world: World): readonly PolicyFix[] {
  if (verdict.deniedBy === null) return [];
  const smallest = world.advisor.smallestEdit(verdict);
  const narrowest = world.advisor.narrowest(verdict);
  const isSame = narrowest.length === smallest.length && narrowest.every((change, at) => change === smallest[at] || change.opens >= (smallest[at]?.opens ?? 0));
  const made = [fixOf(smallest, verdict, world, true), isSame ? undefined : fixOf(narrowest, verdict, world, false)];
  return made.filter((fix) => fix !== undefined);
}

/** A verdict in words and places. */
export function explainVerdict(verdict: FlowVerdict, world: World): Explanation {
  const { flow, deniedBy } = verdict;
  const directions = [verdict.egress, verdict.ingress];
  const lines = directions.flatMap((one) => (one.allowed ? allowedLines(one, world) : deniedLines(flow, one, world)));
  const deciding = deniedBy === null ? directions.toReversed() : directions.filter(({ allowed }) => !allowed);
  const decisive = deciding.map((one) => decidingPlace(flow, one, world)).find((place) => place !== undefined);
  const end = deniedBy === null ? 'allowed' : `denied by ${deniedBy === 'both' ? 'egress and ingress' : deniedBy}`;
  const port = flow.port < 0 ? `a port it does not declare` : `${flow.protocol} ${flow.port}`;
  return {
    verdict: verdict.verdict,
    headline: `${flow.from.text} → ${flow.to.text} ${port}: ${end}`,
    label: world.label,
    lines,
    fixes: verdictFixes(verdict, world),
    ...(decisive === undefined ? {} : { decisive }),
  };
}

function specOf(text: string, world: World): EndpointSpec {
  if (text.startsWith('service:')) {
    const [ns = '', service = ''] = text.slice('service:'.length).split('/');
    return { ns, service };
  }
  const [end]: readonly (Endpoint | undefined)[] = readGroup(text, world.cluster);
  if (end === undefined) throw new UnknownEndpointError(`${text} is no pod known ${world.label}: check the name.`);
  if (end.anyPod !== undefined) return { ns: end.anyPod.ns, pod: end.anyPod.name };
  return end.asNode === undefined ? { ip: text } : { node: end.asNode.name };
}

/** Answers a question of the user's; throws a ProblemError where it cannot be asked. */
export function explainFlow(world: World, request: ExplainRequest): Explanation {
  const protocol = PROTOCOLS.find((one) => one === request.protocol.toUpperCase());
  if (protocol === undefined) throw new ProblemError('invalid', `"${request.protocol}" is none of TCP, UDP and SCTP.`);
  const port = /^\d+$/.test(request.port) ? Number(request.port) : request.port;
  if (typeof port === 'number' && (port < 1 || port > 65535)) throw new ProblemError('invalid', `${request.port} is no port: ports are 1 to 65535.`);
  try {
    const probe: Probe = { from: specOf(request.from, world), to: specOf(request.to, world), port, protocol };
    const verdicts = world.evaluator.probe(probe);
    const verdict = verdicts.find((one) => one.verdict === 'deny') ?? verdicts[0];
    if (verdict === undefined) throw new ProblemError('invalid', `${request.to} has no pod behind it ${world.label}: add its pods to the files.`);
    return explainVerdict(verdict, world);
  } catch (error) {
    if (error instanceof UnknownEndpointError) throw new ProblemError('invalid', error.message);
    throw error;
  }
}
