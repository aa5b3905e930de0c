/**
 * Live capture: what is asked of the engine and what it tells while it runs. Types only.
 * The C++ side is native/engine/live_capture.h.
 */

/** 0 or missing everywhere: no limit. */
export interface LiveLimits {
  readonly packets?: number;
  /** Of the files, as written. */
  readonly bytes?: number;
  readonly seconds?: number;
  readonly files?: number;
}

export interface LiveOptions {
  /** Names; `any` is all there are and all that come. */
  readonly interfaces: readonly string[];
  /** Instead of interfaces: what is added while it runs (LivePoint). It ends by its limits or stop() only. */
  readonly points?: boolean;
  /** Capture filter in pcap-filter syntax, run by the kernel; '' takes all. */
  readonly filter: string;
  readonly snaplen: number;
  /** Memory for packets the kernel has and we have not, of all interfaces together. */
  readonly bufferBytes: number;
  readonly promiscuous: boolean;
  /** How long packets wait where the kernel put them, while there is room: whose they are may be learned meanwhile. */
  readonly holdMilliseconds?: number;
  /** After its last packet it says `drained` and takes more blocks until finish() is called, for two seconds at most. */
  readonly lastWords?: boolean;
  /** Path, or `-` for standard output. */
  readonly output: string;
  /** How long a reader of standard output may take nothing until he counts as gone; missing or 0: for ever. */
  readonly patienceMilliseconds?: number;
  readonly format: LiveFormat;
  readonly compress: LiveCompression;
  /** What ends the capture. */
  readonly stop: LiveLimits;
  /** What ends a file; `files`: how many are kept, older ones are deleted. */
  readonly nextFile: LiveLimits;
}

/** One device of one network namespace, as an interface of the file. */
export interface LivePoint {
  /** What it belongs to, a pod; several points may have the same. */
  readonly key: string;
  readonly device: string;
  /** Path of the namespace, `/proc/1234/ns/net`; '' is the process's own. */
  readonly netns: string;
  /** Of the interface in the file: `eth0@production/nginx-7d9…`. */
  readonly name: string;
  readonly description: string;
  /** Capture filter in pcap-filter syntax. */
  readonly filter: string;
  /** Memory for packets that are not written yet; with `hostIndex` of all points with that filter, told by the first of them. */
  readonly bytes: number;
  /**
   * Index of the device at the other end of its link (linkPeer()): its packets are taken there, all points with one filter
   * together by one ring. Missing or 0: by a ring of its own, where it is.
   */
  readonly hostIndex?: number;
}

/** Flows that are not wanted of the points with that key. One of TCP is wanted again when a packet opens another connection with its ends. */
export interface FlowsLeftOut {
  readonly key: string;
  /** False: they are wanted again. */
  readonly out: boolean;
  readonly flows: readonly FlowOfSocket[];
}

/** A comment for the next packet of a flow, which has these forms on either side of address translation. */
export interface FlowRemark {
  readonly comment: string;
  /**
   * A line for each form: protocol, address, port, address, port, when it began (ns since 1970), with spaces between; packets
   * before that are of another. Text, not JSON: there are as many as connections.
   */
  readonly flows: string;
}

export interface FlowOfSocket {
  readonly protocol: number;
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  /** 0: whoever it is. */
  readonly remotePort: number;
  /** When it was learned of, ns since 1970, decimal. */
  readonly time: string;
}

export type LiveFormat = 'pcapng' | 'pcap' | 'nsecpcap';
export type LiveCompression = 'none' | 'gzip' | 'zstd';

export interface LiveStatus {
  readonly state: 'running' | 'drained' | 'ended';
  readonly milliseconds: number;
  readonly packets: number;
  /** Of the packets on the wire. */
  readonly bytes: number;
  /** Packets that the filter let through and the kernel had no room for. */
  readonly dropped: number;
  /** The file being written, and how many there were. */
  readonly file: string;
  readonly files: number;
  readonly fileBytes: number;
  /** Packets that a pcap file cannot hold: of another kind of interface than the first. */
  readonly leftOut: number;
  /** Why it ended. */
  readonly reason?: LiveEnd;
  /** One sentence on what went wrong, or on an interface. */
  readonly message?: string;
  /** Of a capture from a cluster: the nodes it comes from. */
  readonly nodes?: readonly LiveNode[];
  /** Packets are not kept now. */
  readonly paused?: boolean;
}

/** One node's part in a capture from a cluster. */
export interface LiveNode {
  readonly name: string;
  readonly state: 'connecting' | 'running' | 'reconnecting' | 'ended' | 'failed';
  /** As its agent counts them: captured, dropped by the node's kernel, left out while paused. */
  readonly packets: number;
  readonly dropped: number;
  readonly paused: number;
  /** Bytes its agent keeps for us. */
  readonly waiting?: number;
  /** Why it is not running. */
  readonly message?: string;
  readonly clock?: NodeClock;
}

/** How far a node's clock is from that of another node, whose times are taken for right: milliseconds. */
export interface NodeClock {
  readonly node: string;
  readonly offset: number;
  /** The truth is at most that far from it. */
  readonly bound: number;
  /** Times of its packets are brought to the other's clock. */
  readonly corrected: boolean;
}

export type LiveEnd =
  | 'stopped' | 'duration' | 'packets' | 'bytes' | 'files' | 'interfaceGone' | 'readerGone' | 'output';

/** Why a capture could not start. */
export type LiveErrorCode = 'notAllowed' | 'interface' | 'filter' | 'output' | 'other';

/** A capture on this machine as its editor shows it. */
export interface LiveState {
  readonly running: boolean;
  /** Names of its interfaces, as the user chose them. */
  readonly source: string;
  readonly filter: string;
  /** Over the last second or so. */
  readonly packetsPerSecond: number;
  readonly status: LiveStatus;
}

export interface LiveInterface {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  readonly loopback: boolean;
  /** Its packets are of a kind that can be captured. */
  readonly supported: boolean;
  /** With prefix length: `10.0.0.1/24`. */
  readonly addresses: readonly string[];
}

export type CaptureFilterCheck =
  | { readonly ok: true; readonly instructions: number; readonly listing: string }
  /** `length` 0: no word of the filter is named; both count bytes of UTF-8. */
  | { readonly ok: false; readonly message: string; readonly start: number; readonly length: number };
