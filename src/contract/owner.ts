/**
 * Who a socket belongs to, as the kernel tells it by eBPF. Types only; the C++ side is native/live/owner_tracer.h.
 * An event belongs to a socket, not to a packet: a flow is bound to its owner by netns, protocol, addresses and ports.
 */

export interface OwnerEvent {
  /** Inode number of the socket's network namespace (what `readlink /proc/PID/ns/net` shows). */
  readonly netns: number;
  /** IP protocol number: 6 TCP, 17 UDP … */
  readonly protocol: number;
  /** Text forms; the socket's own end and its peer. '0.0.0.0' or '::' with port 0: not bound, not connected. IPv4 on an IPv6 socket is IPv4 here. */
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly remotePort: number;
  /** Process (thread group) in the kernel's first PID namespace: the node's. */
  readonly pid: number;
  /** The same process as it sees itself (last of NSpid). */
  readonly containerPid: number;
  /** Name of its thread group's leader, at most 15 bytes; bytes that are no UTF-8 are replaced. */
  readonly command: string;
  /** Identifier of its cgroup (v2 hierarchy: inode of the directory), decimal. */
  readonly cgroup: string;
  /** When it was learned: nanoseconds since the epoch, decimal. */
  readonly time: string;
  readonly role: OwnerRole;
}

/**
 * How it was learned. `connect`: the process that called connect(). `listen`: the listening socket; connections accepted from
 * it may be another process's. `traffic`: the process that sent or received on the socket (the one that serves an accepted
 * connection). `close`: the process that ended a connection nobody had used before. `existing`: held by that process
 * before the tracer came.
 */
export type OwnerRole = 'connect' | 'listen' | 'traffic' | 'close' | 'existing';

export interface OwnerOptions {
  /** Inode numbers of the network namespaces whose sockets are told of; 'all' on a machine of one's own. Nothing else leaves the kernel. */
  readonly namespaces: readonly number[] | 'all';
}

export interface OwnerBatch {
  readonly events: readonly OwnerEvent[];
  /** Events the kernel had no room for since the start; such a socket is told of again when it is used again. */
  readonly lost: number;
}

/** One eBPF feature of this kernel, tried by loading and attaching its program alone. */
export interface EbpfFeature {
  /** What it is attached to: `tp_btf/sock_send_length` … */
  readonly name: string;
  /** What it gives, for people. */
  readonly purpose: string;
  readonly works: boolean;
  /** Why not, with the remedy where there is one; '' when it works. */
  readonly reason: string;
}
