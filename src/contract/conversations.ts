/**
 * Who talked to whom in a capture: every TCP connection and UDP conversation once, with what the file says of its ends
 * at the time it began. Made by the engine (native/engine/conversations.cc), judged by src/policy. Types only.
 */

/** A pod as it was when a flow began. */
export interface CapturedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** '' unknown. */
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent where the file does not hold the namespace. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  /** What its containers declare; absent where the file does not say. */
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
}

export interface CapturedNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One version of a policy that was in the cluster; times in ns since 1970 as decimal text. */
export interface CapturedPolicy {
  readonly kind: string;
  /** '' for kinds of the cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly from: string;
  /** Where the next version begins, or it is gone. */
  readonly until: string;
  readonly spec: unknown;
}

export interface CapturedEnd {
  readonly address: string;
  readonly port: number;
  /**
   * `pod`: it had this address then, or is known by its socket; `node`: the address is a node's; `service`: a Service's,
   * rewritten on the way; `rewritten`: a pod behind an address that is not its own; `unlabelled`: a pod that is named,
   * but whose object is not in the file; `guessed`: probably a pod, node or process, not surely; `nothing`: unknown.
   */
  readonly known: 'pod' | 'node' | 'service' | 'rewritten' | 'unlabelled' | 'guessed' | 'nothing';
  /** Place in `pods` or `nodes`. */
  readonly object?: number;
  /** Of what is named but not among them. */
  readonly namespace?: string;
  readonly name?: string;
}

export interface CapturedFlow {
  readonly kind: 'tcp' | 'udp';
  /** Number of `tcp.stream` or `udp.stream`. */
  readonly stream: number;
  /** Its first packet. */
  readonly frame: number;
  /** Of its first packet: ns since 1970, decimal text. */
  readonly time: string;
  /** Packets from `a`, and from `b`. */
  readonly packets: readonly [number, number];
  /** Who began it: known by a SYN or its answer; of UDP the first sender, unless that looks like an answer. */
  readonly opener: 'a' | 'b' | 'unknown';
  /**
   * `answered`: it got through; `unanswered`: nothing came back; `refused`: a reset or an ICMP error came back, which a
   * policy may send as well as the pod; `unknown`: the packets do not show it.
   */
  readonly outcome: 'answered' | 'unanswered' | 'refused' | 'unknown';
  readonly a: CapturedEnd;
  readonly b: CapturedEnd;
}

export interface Conversations {
  /** Packets looked at. */
  readonly packets: number;
  /** They were all the file has. */
  readonly whole: boolean;
  /** Flows beyond the number that is kept. */
  readonly omitted: number;
  readonly pods: readonly CapturedPod[];
  readonly nodes: readonly CapturedNode[];
  readonly policies: readonly CapturedPolicy[];
  readonly flows: readonly CapturedFlow[];
}
