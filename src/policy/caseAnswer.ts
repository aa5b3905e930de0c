/** The answer to one truth-table case, as `stratoshark policy eval` prints it. */
import { ChangeAdvisor } from './change.ts';
import { compilePolicies } from './compile.ts';
import { ClusterIndex, UnknownEndpointError, type Flow } from './endpoint.ts';
import { Evaluator, type DirectionVerdict, type FlowVerdict } from './evaluate.ts';
import type { PatchOperation } from './jsonPatch.ts';
import { nearestRule } from './nearest.ts';
import { asArray, asInteger, asObject, asString, get } from './read.ts';
import { readCaseState } from './state.ts';
import { pathText, PROTOCOLS, refText, type DeniedBy, type Direction, type EndpointSpec, type Probe, type Verdict } from './types.ts';

/** Why one direction of a flow is denied. */
export interface DirectionReason {
  /** The policies that isolate the pod, or the admin or baseline policy that denies. */
  readonly isolated_by: readonly string[];
  /** The rule that comes nearest to allowing, and why it does not. */
  readonly nearest: { readonly policy: string; readonly path: string; readonly reason: string } | null;
}

export interface DenyReason extends DirectionReason {
  /** Both directions, where both deny; `nearest` is then the sender's (egress comes first). */
  readonly directions?: Readonly<Record<Direction, DirectionReason>>;
  /** The smallest edit of the policies there are that allows the flow. */
  readonly change: readonly PatchOperation[];
  /** A change that opens less than `change` does, by a policy of its own. */
  readonly narrower?: readonly PatchOperation[];
}

export interface CaseAnswer {
  readonly name: string;
  readonly verdicts: readonly (Verdict | null)[];
  readonly denied_by: readonly (DeniedBy | null)[];
  readonly why: readonly (DenyReason | null)[];
  /** Questions that could not be asked (unknown pod, no such port), by place; their verdict is null. */
  readonly errors?: readonly { readonly probe: number; readonly message: string }[];
}

function readEndpoint(value: unknown): EndpointSpec {
  const ns = asString(get(value, 'ns')) ?? 'default';
  const pod = asString(get(value, 'pod'));
  if (pod !== undefined) return { ns, pod };
  const service = asString(get(value, 'service'));
  if (service !== undefined) return { ns, service };
  const ip = asString(get(value, 'ip'));
  if (ip !== undefined) return { ip };
  const node = asString(get(value, 'node'));
  if (node !== undefined) return { node };
  throw new UnknownEndpointError('An end is neither pod, ip, node nor service: give one of them.');
}

/** Reads one probe; throws UnknownEndpointError where it asks nothing that can be answered. */
export function readProbe(value: unknown): Probe {
  const port = asInteger(get(value, 'port')) ?? asString(get(value, 'port'));
  if (port === undefined) throw new UnknownEndpointError('A probe needs a port: a number or the name of a container port.');
  const written = get(value, 'protocol') ?? 'TCP';
  const protocol = PROTOCOLS.find((one) => one === written);
  if (protocol === undefined) throw new UnknownEndpointError('The protocol is none of TCP, UDP, SCTP.');
  return { from: readEndpoint(get(value, 'from')), to: readEndpoint(get(value, 'to')), port, protocol };
}

function directionReason(flow: Flow, verdict: DirectionVerdict): DirectionReason {
  const nearest = nearestRule(flow, verdict);
  return {
    isolated_by: verdict.isolatedBy.map((policy) => refText(policy.ref)),
    nearest:
      nearest === undefined
        ? null
        : { policy: refText(nearest.policy.ref), path: pathText(nearest.path), reason: nearest.reason },
  };
}

/** The reasons of a denied flow; null for an allowed one. */
export function denyReason(verdict: FlowVerdict, advisor: ChangeAdvisor): DenyReason | null {
  const { flow, deniedBy } = verdict;
  if (deniedBy === null) return null;
  const first = directionReason(flow, deniedBy === 'ingress' ? verdict.ingress : verdict.egress);
  const change = advisor.smallestEdit(verdict);
  const narrowest = advisor.narrowest(verdict);
  const reason = {
    ...first,
    change: change.flatMap(({ operations }) => operations),
    ...(opened(narrowest) < opened(change) ? { narrower: narrowest.flatMap(({ operations }) => operations) } : {}),
  };
  if (deniedBy !== 'both') return reason;
  const second = directionReason(flow, verdict.ingress);
  const isolated = new Set([...first.isolated_by, ...second.isolated_by]);
  return { ...reason, isolated_by: [...isolated], directions: { egress: first, ingress: second } };
}

function opened(changes: readonly { readonly opens: number }[]): number {
  return changes.reduce((sum, change) => sum + change.opens, 0);
}

/**
 * Answers every probe of a case; `expected` in it is not looked at.
 * A Service with several backends is denied where one of them is.
 */
export function answerCase(value: unknown): CaseAnswer {
  const cluster = new ClusterIndex(readCaseState(value));
  const evaluator = new Evaluator(cluster, compilePolicies(asArray(get(value, 'policies')) ?? []));
  const advisor = new ChangeAdvisor(evaluator);
  const verdicts: (Verdict | null)[] = [];
  const deniedBy: (DeniedBy | null)[] = [];
  const why: (DenyReason | null)[] = [];
  const errors: { probe: number; message: string }[] = [];
  for (const [at, item] of (asArray(get(value, 'probes')) ?? []).entries()) {
    let verdict: FlowVerdict | undefined;
    try {
      const answers = evaluator.probe(readProbe(item));
      verdict = answers.find((one) => one.verdict === 'deny') ?? answers[0];
      if (verdict === undefined) errors.push({ probe: at, message: 'The Service has no backend among the pods given.' });
    } catch (error) {
      if (!(error instanceof UnknownEndpointError)) throw error;
      errors.push({ probe: at, message: error.message });
    }
    verdicts.push(verdict?.verdict ?? null);
    deniedBy.push(verdict?.deniedBy ?? null);
    why.push(verdict === undefined ? null : denyReason(verdict, advisor));
  }
  const name = asObject(value) === undefined ? '' : (asString(get(value, 'name')) ?? '');
  return { name, verdicts, denied_by: deniedBy, why, ...(errors.length > 0 ? { errors } : {}) };
}
