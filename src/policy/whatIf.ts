/**
 * What edited policies would do to the flows of a capture, beside the policies there were.
 * `block`: the flow got through and the edited policies deny it. `open`: nothing came back, the present policies deny
 * it and the edited ones allow it. Present policies are those the file holds for that time; where it holds none, those
 * the caller names.
 */
import { AskedInTime, type Asked } from './askedPolicies.ts';
import type { Apart, CapturedFlows, FlowClass } from './capturedFlows.ts';
import type { Flow } from './endpoint.ts';
import type { FlowVerdict } from './evaluate.ts';
import type { Policy } from './model.ts';
import { nearestRule } from './nearest.ts';
import { refText } from './types.ts';

/** Besides what the file lacks for every policy: what it lacks for these ones. */
export type Undecided = Apart
  /** A policy asks for labels of a namespace that the file does not hold. */
  | 'namespace'
  /** A policy asks for a port by name, and the file does not hold the pod's ports. */
  | 'port';

export interface ChangedFlow {
  readonly kind: 'block' | 'open';
  /** Place in the capture's flows. */
  readonly at: number;
  readonly flow: Flow;
  readonly reason: string;
  /** Names of the policies that deny it (block), or denied it and allow it (open). */
  readonly policies: readonly string[];
}

export interface WhatIfAnswer {
  /** All flows of the capture. */
  readonly flows: number;
  /** Flows that got through, or were seen unanswered, and whose ends are known. */
  readonly judged: number;
  readonly changed: readonly ChangedFlow[];
  readonly undecided: Readonly<Record<Undecided, number>>;
  /** A reset or an ICMP error came back, or the packets do not show what became of them. */
  readonly unclear: number;
  /** Unanswered, though the present policies allow them: another cause than these policies. */
  readonly unansweredOtherwise: number;
  /** There are present policies to compare with: without them nothing can be said to open. */
  readonly knowsPresent: boolean;
}

const denying = ({ ingress, egress }: FlowVerdict): readonly string[] => [...egress.isolatedBy, ...ingress.isolatedBy].map(({ ref }) => refText(ref));
const allowing = ({ ingress, egress }: FlowVerdict): readonly string[] => [...egress.rules, ...ingress.rules].map(({ policy }) => refText(policy.ref));

/** `ingress of NetworkPolicy/shop/api: rule 1: peer needs label tier=frontend, pod has tier=web`. */
function whyDenied({ flow, ingress, egress }: FlowVerdict): string {
  return [egress, ingress].filter(({ allowed }) => !allowed).map((one) => {
    const by = one.isolatedBy.map(({ ref }) => refText(ref)).join(', ');
    const nearest = nearestRule(flow, one);
    return `${one.direction} denied by ${by}${nearest === undefined ? '' : `: ${nearest.reason}`}`;
  }).join('; ');
}

function changeOf(kind: ChangedFlow['kind'], { flow }: FlowClass, edited: Asked, present: Asked | undefined): Pick<ChangedFlow, 'reason' | 'policies'> {
  const now = edited.explained(flow);
  if (kind === 'block') return { reason: whyDenied(now), policies: [...new Set(denying(now))] };
  const before = present?.explained(flow);
  if (before === undefined) return { reason: '', policies: [] };
  return { reason: `so far ${whyDenied(before)}`, policies: [...new Set([...denying(before), ...allowing(now)])] };
}

/** What of a class cannot be told with these policies. */
export function lacking(one: FlowClass, asked: readonly Asked[]): Undecided | undefined {
  if (one.lacksNamespace && asked.some(({ asksNamespaces }) => asksNamespaces)) return 'namespace';
  if (one.lacksNode && asked.some(({ asksNodes }) => asksNodes)) return 'node';
  return undefined;
}

/**
 * `edited`: the policies as they would be, which stand for those of their names in the file. `present`: those there are
 * now; they count only where the file holds no policies, and undefined where nobody knows.
 */
export function whatIf(captured: CapturedFlows, edited: readonly Policy[], present: readonly Policy[] | undefined): WhatIfAnswer {
  const asked = new AskedInTime(captured, edited, present);
  const { apart, conversations } = captured;
  const undecided: Record<Undecided, number> = {
    rewritten: apart.rewritten.length, peer: apart.peer.length, node: apart.node.length, beginning: apart.beginning.length, namespace: 0, port: 0,
  };
  const changed: ChangedFlow[] = [];
  let judged = 0;
  let unclear = 0;
  let unansweredOtherwise = 0;
  for (const one of captured.classes) {
    const { flows } = one;
    const policies = asked.at(one.period);
    const both = policies.present === undefined ? [policies.edited] : [policies.edited, policies.present];
    const all = flows.answered.length + flows.unanswered.length;
    unclear += flows.refused.length + flows.unknown.length;
    const why = lacking(one, both);
    if (why !== undefined) {
      undecided[why] += all;
      continue;
    }
    const after = policies.edited.allows(one);
    const before = policies.present?.allows(one);
    if (after === undefined || (policies.present !== undefined && before === undefined)) {
      undecided.port += all;
      continue;
    }
    judged += all;
    const [kind, which] = after ? (['open', flows.unanswered] as const) : (['block', flows.answered] as const);
    if (before !== false) unansweredOtherwise += flows.unanswered.length;
    if (which.length === 0 || (kind === 'open' && before !== false)) continue;
    const change = changeOf(kind, one, policies.edited, policies.present);
    for (const flow of which) changed.push({ kind, at: flow, flow: one.flow, ...change });
  }
  changed.sort((a, b) => a.at - b.at);
  return { flows: conversations.flows.length + conversations.omitted, judged, changed, undecided, unclear, unansweredOtherwise, knowsPresent: asked.knowsPresent };
}
