/**
 * A framed session: what `stratoshark capture … --framed` in an agent and the capturing process at the user say to each
 * other over the standard streams of one exec.
 *
 * **Frame**, little-endian, 20 bytes before its payload: length of the payload (4), kind (1), three zeros, sequence (8),
 * CRC-32 (4, IEEE 802.3) of the 16 bytes before it and the payload. Payloads are JSON in UTF-8 but for packets.
 *
 * **Agent to user.** `hello` first, once per exec. `packets`, `note` and `end` have sequences 1, 2, 3 … of the session,
 * whatever exec they go by, and are kept until they are acknowledged; `hello` and `status` have 0. The payloads of
 * `packets` are whole pcapng blocks and, one after the other, one pcapng stream. Nothing comes after `end`.
 *
 * **User to agent.** `ack` first: what came before is not sent again, what comes after is. More of them let more come: at
 * most `kWindow` bytes of frames are under way. An agent that hears nothing for `kSilence` ends the exec. Nothing here
 * widens a capture: which pods, for how long and how much of them stands in the arguments.
 *
 * **Life.** When an exec ends, for whatever reason, the session goes on for `kOrphan`: `--resume ID` (that of `hello`, with
 * the same --namespace) takes it up at the sequence of its first ack. What the session keeps meanwhile is bounded: what
 * comes beyond it is dropped by the kernel, and counted.
 */

/** Raised where an older side would misunderstand. */
export const kAgentProtocol = 1;

export const FrameKind = { hello: 1, packets: 2, status: 3, note: 4, end: 5, ack: 16, pause: 17, stop: 18 } as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** Bytes of frames that are sent and not acknowledged. */
export const kWindow = 8 * 1024 ** 2;
/** Without a word from the user, and without a user, milliseconds. */
export const kSilence = 45_000;
export const kOrphan = 30_000;

export interface Frame {
  readonly kind: number;
  readonly sequence: number;
  readonly payload: Buffer;
}

export interface HelloFrame {
  readonly protocol: number;
  /** Of the agent, for people. */
  readonly version: string;
  /** 32 hex digits, random: who knows it may resume the session. */
  readonly session: string;
  readonly node: string;
  readonly namespace?: string;
}

/** Twice a second, and as an answer to an ack that has a time. */
export interface StatusFrame {
  /** It has begun: packets from now on are captured. */
  readonly capturing: boolean;
  readonly packets: number;
  /** By the kernel, since the session began. */
  readonly dropped: number;
  /** Not kept because the user has paused. */
  readonly paused: number;
  /** Bytes that wait to be sent or acknowledged. */
  readonly waiting: number;
  /** Everything the node captured up to then has been sent, nanoseconds since 1970 in decimal; absent while frames wait. */
  readonly complete?: string;
  /** The node's clock, nanoseconds since 1970 in decimal. */
  readonly clock: string;
  /** `time` of the ack that this answers. */
  readonly echo?: string;
}

/** A sentence for people: pods that came or ended. */
export interface NoteFrame {
  readonly text: string;
}

export interface EndFrame {
  /** Exit status of the capture: 0 whole, 64 it was asked for wrongly. */
  readonly status: number;
  /** `gone`: there is no such session to resume (any more). */
  readonly reason: 'ended' | 'refused' | 'gone';
  /** What went wrong. */
  readonly message?: string;
}

export interface AckFrame {
  /** The last one that is safe here. */
  readonly sequence: number;
  /** The user's clock; the agent repeats it at once in a status. */
  readonly time?: string;
}

export interface PauseFrame {
  readonly on: boolean;
}
