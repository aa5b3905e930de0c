/**
 * Assertions for continuous integration: which traffic must pass and which must not, each answered with a
 * counterexample where it does not hold.
 *
 *     must-allow:
 *       - shop/app=web -> shop/app=api TCP/8080
 *       - any -> kube-system/k8s-app=kube-dns UDP/53
 *     must-deny:
 *       - dev/* -> shop/app=db
 */
import { UnknownEndpointError, type ClusterIndex, type Endpoint, type Flow } from './endpoint.ts';
import type { Evaluator, FlowVerdict } from './evaluate.ts';
import { readGroup } from './groups.ts';
import { asArray, asObject, asString, get } from './read.ts';
import type { Reachability } from './reach.ts';
import { PROTOCOLS, type Protocol, type Verdict, type YamlPath } from './types.ts';

export interface Assertion {
  readonly text: string;
  readonly expected: Verdict;
  readonly from: string;
  readonly to: string;
  /** Absent: all ports of all protocols. */
  readonly port?: { readonly protocol: Protocol; readonly port: number | string };
  /** Where it stands in the file of assertions. */
  readonly path: YamlPath;
}

export interface AssertionAnswer {
  readonly assertion: Assertion;
  readonly status: 'holds' | 'violated' | 'cannot-tell';
  /** Why it cannot be told. */
  readonly problem?: string;
  /** A flow that goes against it. */
  readonly counterexample?: FlowVerdict;
  /** How many pairs of ends were looked at. */
  readonly pairs: number;
}

export class AssertionError extends Error {
  readonly path: YamlPath;

  constructor(message: string, path: YamlPath) {
    super(message);
    this.path = path;
  }
}

const KEYS = { 'must-allow': 'allow', 'must-deny': 'deny' } as const;

function readPort(text: string, path: YamlPath): NonNullable<Assertion['port']> {
  const [protocol, port, more] = text.split('/');
  const known = PROTOCOLS.find((one) => one === protocol?.toUpperCase());
  if (known === undefined || port === undefined || port === '' || more !== undefined) {
    throw new AssertionError(`"${text}" is no port: write TCP/8080, UDP/53 or TCP/http.`, path);
  }
  if (!/^\d+$/.test(port)) return { protocol: known, port };
  const number = Number(port);
  if (number < 1 || number > 65535) throw new AssertionError(`${port} is no port: ports are 1 to 65535.`, path);
  return { protocol: known, port: number };
}

function readLine(text: string, expected: Verdict, path: YamlPath): Assertion {
  const match = /^(\S+)\s*->\s*(\S+)(?:\s+(\S+))?$/.exec(text.trim());
  if (match === null) {
    throw new AssertionError(`"${text}" is not understood: write FROM -> TO [PROTOCOL/PORT], such as shop/app=web -> shop/app=api TCP/8080.`, path);
  }
  const [, from = '', to = '', port] = match;
  return { text: text.trim(), expected, from, to, path, ...(port === undefined ? {} : { port: readPort(port, path) }) };
}

/** Reads a parsed file of assertions; throws AssertionError with the place of the first that is not understood. */
export function readAssertions(value: unknown): readonly Assertion[] {
  const file = asObject(value);
  if (file === undefined) throw new AssertionError('A file of assertions is a map of must-allow and must-deny.', []);
  const assertions: Assertion[] = [];
  for (const key of Object.keys(file)) {
    if (key !== 'must-allow' && key !== 'must-deny') throw new AssertionError(`There is no "${key}": use must-allow and must-deny.`, [key]);
    const lines = asArray(get(file, key)) ?? [];
    for (const [at, line] of lines.entries()) {
      const text = asString(line);
      if (text === undefined) throw new AssertionError('An assertion is one line of text: FROM -> TO [PROTOCOL/PORT].', [key, at]);
      assertions.push(readLine(text, KEYS[key], [key, at]));
    }
  }
  return assertions;
}

/** One end per class is enough, except where traffic to itself or from the own node makes a difference. */
function representatives(ends: readonly Endpoint[], reach: Reachability): readonly Endpoint[] {
  const perClass = new Map<number, number>();
  return ends.filter((end) => {
    if (end.asNode !== undefined) return true;
    const id = reach.classOf(end);
    const seen = perClass.get(id) ?? 0;
    perClass.set(id, seen + 1);
    return seen < 2;
  });
}

/** A port that goes against the assertion for one pair; undefined where it holds. */
function violation(assertion: Assertion, from: Endpoint, to: Endpoint, reach: Reachability): Pick<Flow, 'port' | 'protocol'> | undefined {
  const { port, expected } = assertion;
  const set = reach.between(from, to);
  if (port === undefined) {
    const [first] = expected === 'deny' ? reach.sets.ranges(set) : reach.sets.missing(set);
    return first === undefined ? undefined : { port: first.first, protocol: first.protocol };
  }
  const numbers =
    typeof port.port === 'number'
      ? [port.port]
      : (to.anyPod?.ports ?? []).filter((one) => one.name === port.port && one.protocol === port.protocol).map((one) => one.containerPort);
  const wrong = numbers.find((number) => reach.sets.has(set, port.protocol, number) !== (expected === 'allow'));
  return wrong === undefined ? undefined : { port: wrong, protocol: port.protocol };
}

/** Answers one assertion. Pods are not asked about traffic to themselves, which always passes. */
export function checkAssertion(assertion: Assertion, cluster: ClusterIndex, reach: Reachability, evaluator: Evaluator): AssertionAnswer {
  let pairs = 0;
  try {
    const froms = representatives(readGroup(assertion.from, cluster), reach);
    const receivers = readGroup(assertion.to, cluster);
    // A node's own traffic passes to the pods on it: then every receiver counts.
    const tos = froms.some(({ asNode }) => asNode !== undefined) ? receivers : representatives(receivers, reach);
    for (const [name, ends] of [[assertion.from, froms], [assertion.to, tos]] as const) {
      if (ends.length === 0) return { assertion, status: 'cannot-tell', problem: `${name} matches no pod: check the name, or add the pods to the files given.`, pairs };
    }
    for (const from of froms) {
      for (const to of tos) {
        if (from === to) continue;
        pairs++;
        const wrong = violation(assertion, from, to, reach);
        if (wrong !== undefined) return { assertion, status: 'violated', counterexample: evaluator.evaluate({ from, to, ...wrong }), pairs };
      }
    }
  } catch (error) {
    if (!(error instanceof UnknownEndpointError)) throw error;
    return { assertion, status: 'cannot-tell', problem: error.message, pairs };
  }
  if (pairs === 0) return { assertion, status: 'cannot-tell', problem: 'both sides are the same single pod, which always reaches itself.', pairs };
  return { assertion, status: 'holds', pairs };
}
