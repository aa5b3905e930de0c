/**
 * What a capture file keeps of the cluster it was taken in: who the ends of a flow were, which objects there were and
 * when, what is missing. Types only; the encoder is src/capture/captureBlocks.ts, the reader native/packet/identities.cc.
 *
 * **How a writer uses it.** Nothing has to be known in advance: blocks may stand anywhere in a section, also behind the
 * packets they speak of, and the reader takes all of them into account.
 *
 * 1. When a capture (or a rotated file) begins: `objectsBlock({ source, objects })` with the pods of the node, the
 *    Services of their namespaces, the node; `namesBlock(namesOf(objects))` beside it, which is what Wireshark shows.
 * 2. When an object comes, changes or goes: `objectsBlock` with its new version alone (`from` = now; for one that is gone
 *    its last version again, same `from`, with `until`). A version ends by itself where the next of the same uid begins.
 * 3. When the owner of a socket is known (accept() often comes after the first packets): `identitiesBlock` with the flow.
 *    `tuple` lets the reader find the flow's packets by addresses, ports and time, on every interface and in both
 *    directions; behind NAT name both forms of it (`also`). Packets written with `flowOption(flow)` among their EPB
 *    options need no tuple.
 * 4. At checkpoints and at the end: `ledgerBlock`.
 * 5. On the first packet that is written after an owner is known, `flowComment(flow)` as its comment.
 *
 * Each function gives a whole pcapng block (little-endian) to be written as it is. Each rotated file repeats what still
 * holds. Times are nanoseconds since 1970-01-01 UTC as bigint, like those of packets.
 *
 * **Form.** Custom Block 0x00000BAD: PEN 32473, 16 bytes "StratoShark:k8s\0", version (1 byte: 1), kind (1 byte: 1
 * identities, 2 objects, 3 ledger, 4 clocks), 2 bytes 0, length of the payload (4 bytes, little-endian), payload: one CBOR map
 * (RFC 8949, definite lengths, no tags) with the keys below, padding. Identities: before `flows` stands `ends`, each end
 * once, and a flow's `a` and `b` are their numbers there, from 0. Readers take an end in place of its number too, and pass
 * over unknown magics, versions, kinds and keys. Flow id of a packet: custom option 2989, PEN 32473, "StratoShark:flow", 8 bytes little-endian.
 */

/** How an end of a flow became known, best first. */
export type Learned = 'socket' | 'conntrack' | 'address' | 'other';
/** `certain`: measured at this socket or by this address at this time; `likely`: taken from what is near it. */
export type Sureness = 'certain' | 'likely';

export interface ProcessIdentity {
  /** In the node's namespace of processes. */
  readonly pid: number;
  /** Inside of the container. */
  readonly containerPid?: number;
  /** As the kernel has it: at most 15 bytes. */
  readonly comm: string;
}

export interface OwnerRef {
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
}

/** Who an end of a flow is. Nothing that is not known is written. */
export interface EndIdentity {
  readonly pod?: string;
  readonly namespace?: string;
  readonly node?: string;
  readonly container?: string;
  /** 64 hex digits. */
  readonly containerId?: string;
  readonly process?: ProcessIdentity;
  /** The Service that was called, or that the pod answers for. */
  readonly service?: string;
  readonly deployment?: string;
  /** What controls the pod: its ReplicaSet, StatefulSet, Job … */
  readonly workload?: OwnerRef;
  /** What the pod's object says is used beside this where it is left out: of this uid, else of this name. */
  readonly uid?: string;
  readonly learned?: Learned;
  readonly sure?: Sureness;
}

export interface FlowEndpoint {
  /** IPv4 or IPv6 in any usual form. */
  readonly ip: string;
  /** 0: any (ICMP). */
  readonly port: number;
}

/** Addresses of a flow: `a` is the first end, who opened it where that is known. */
export interface FlowTuple {
  readonly a: FlowEndpoint;
  readonly b: FlowEndpoint;
}

export interface FlowIdentity {
  /** From 1, at most 2^53-1, once per file and kept for the flow's life; a later entry of the same id replaces it whole. */
  readonly flow: number;
  /** IP protocol: 6 TCP, 17 UDP. */
  readonly protocol: number;
  readonly tuple: FlowTuple;
  /** The same flow as it looks on the other side of NAT (ClusterIP and pod): same order of ends. */
  readonly also?: readonly FlowTuple[];
  readonly a?: EndIdentity;
  readonly b?: EndIdentity;
  /** When packets with these addresses are this flow's: without, always. Ports are used again. */
  readonly from?: bigint;
  readonly until?: bigint;
}

export interface IdentityTable {
  /** Who says so: `agent worker-1`, `extension`. */
  readonly source: string;
  readonly flows: readonly FlowIdentity[];
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol: string;
  readonly port: number;
  readonly targetPort?: number | string;
}

interface ObjectBase {
  readonly name: string;
  readonly uid: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** From when it was so; of an object that was there before the capture: its creation, or the capture's start. */
  readonly from: bigint;
  /** Until when; without: until the next version of the same uid, or the end of the file. */
  readonly until?: bigint;
}

export interface PodVersion extends ObjectBase {
  readonly kind: 'Pod';
  readonly namespace: string;
  readonly node?: string;
  /** Of a pod with hostNetwork: left out, they are the node's. */
  readonly addresses?: readonly string[];
  readonly hostNetwork?: boolean;
  readonly owners?: readonly OwnerRef[];
  readonly deployment?: string;
  readonly containers?: readonly { readonly name: string; readonly id?: string }[];
  /** Ports its containers declare: policies name them. */
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[];
  readonly ready?: boolean;
}

export interface ServiceVersion extends ObjectBase {
  readonly kind: 'Service';
  readonly namespace: string;
  /** clusterIPs, and addresses of load balancers. */
  readonly addresses?: readonly string[];
  readonly ports?: readonly ServicePort[];
  readonly selector?: Readonly<Record<string, string>>;
}

export interface NodeVersion extends ObjectBase {
  readonly kind: 'Node';
  readonly addresses?: readonly string[];
  readonly mtu?: number;
}

/** Namespaces, ReplicaSets, policies …: kept for later readers; `spec` is that of a policy and of nothing else. */
export interface OtherVersion extends ObjectBase {
  readonly kind: 'Namespace' | 'ReplicaSet' | 'Deployment' | 'NetworkPolicy' | 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy' | 'EndpointSlice';
  readonly namespace?: string;
  readonly owners?: readonly OwnerRef[];
  readonly spec?: unknown;
}

/** By DESIGN's allow-list: no annotations, env, args, managedFields, Secrets. */
export type ObjectVersion = PodVersion | ServiceVersion | NodeVersion | OtherVersion;

export interface ObjectVersions {
  readonly source: string;
  readonly objects: readonly ObjectVersion[];
}

/** Something that is missing from the file, or was not looked at. */
export interface LedgerEntry {
  readonly what: 'packets' | 'events' | 'frames' | 'coverage' | 'late';
  /** Interface, pod or stream it is missing from. */
  readonly where: string;
  /** How many; absent where that cannot be known. */
  readonly count?: number;
  readonly from?: bigint;
  readonly until?: bigint;
  /** One sentence for people. */
  readonly why: string;
}

export interface LossLedger {
  readonly source: string;
  readonly entries: readonly LedgerEntry[];
}

/** How far a node's clock was from that of the machine the file was written on, and from the other nodes'. */
export interface ClockOffset {
  readonly node: string;
  /** When that was so: clocks drift. By the clock of the machine that put the capture together, nanoseconds since 1970. */
  readonly at: bigint;
  /** Node's clock minus the other, and how far from that the truth may be, nanoseconds: by round trips, and by packets that several nodes saw. */
  readonly offset: bigint;
  readonly bound: bigint;
  /** The same against the node to whose clock the others were brought. */
  readonly against?: { readonly node: string; readonly offset: bigint; readonly bound: bigint };
  /**
   * What was subtracted from the times of its packets (and of what else it wrote), from that time of its own clock on; between
   * two entries it goes from one to the other. Without: its times are as it took them, because it may have been right.
   */
  readonly corrections?: readonly { readonly from: bigint; readonly by: bigint }[];
}

export interface ClockOffsets {
  readonly source: string;
  readonly clocks: readonly ClockOffset[];
}

export interface AddressName {
  readonly address: string;
  readonly name: string;
}
