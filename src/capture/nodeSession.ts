/**
 * The user's side of a framed session with one agent (src/contract/agent.ts): connects, checks, acknowledges what is safe,
 * and takes the session up again when the connection is cut.
 */
import { isNotAdmitted } from '../cluster/execRefusal.ts';
import {
  FrameKind, kAgentProtocol, kWindow, type AckFrame, type EndFrame, type Frame, type HelloFrame, type NoteFrame, type PauseFrame, type StatusFrame,
} from '../contract/agent.ts';
import type { LiveNode } from '../contract/live.ts';
import { BlockError } from './blocks.ts';
import type { ExecEnd, ExecHandlers, ExecStream } from './execStream.ts';
import { FrameError, FrameReader, jsonFrame, jsonOf } from './frames.ts';

/** Milliseconds: between acks at the latest; without a frame (they come twice a second) the connection is given up; before the first and the last attempts to connect again. */
const kBeat = 500;
const kSilence = 15_000;
const kFirstWait = 250;
const kLastWait = 5000;
/** Bytes that are safe here before it is said, at the earliest. */
const kAckEvery = 512 * 1024;
/** An agent that sends more than it may is cut off. */
const kTooMuch = 4 * kWindow;

/** Where packets go. */
export interface SessionSink {
  /** Whole pcapng blocks; `safe` is called when they are. */
  readonly packets: (blocks: Buffer, safe: () => void) => void;
  /** All packets up to then have come, nanoseconds since 1970 by the agent's clock. */
  readonly complete: (time: bigint) => void;
  /** Asked and answered by this machine's clock, `there` by the node's meanwhile, nanoseconds since 1970. */
  readonly clock: (asked: bigint, answered: bigint, there: bigint) => void;
  /** Whether it is connected: who waits for its packets need not while it is not. */
  readonly present: (yes: boolean) => void;
  /** A session ended with what it had not sent yet; the next one begins a new stream. */
  readonly gap: (from: number, why: string) => void;
}

export interface SessionOptions {
  readonly node: string;
  /** Opens an exec; rejects with a sentence where there is no agent. `resume`: of which session. */
  readonly open: (resume: string | undefined, handlers: ExecHandlers) => Promise<ExecStream>;
  readonly sink: SessionSink;
  readonly onChange: () => void;
  /** A sentence of the agent for people. */
  readonly onNote: (text: string) => void;
}

type State = LiveNode['state'];

export class NodeSession {
  public readonly node: string;
  private readonly options: SessionOptions;
  private stream: ExecStream | undefined;
  private current = 0;
  private reader = new FrameReader();
  private session: string | undefined;
  private received = 0;
  /** Up to where everything is safe, and what is beyond with holes before it. */
  private safe = 0;
  private readonly safeBeyond = new Set<number>();
  private unsafeBytes = 0;
  private unacknowledged = 0;
  private heard = 0;
  private readonly beat: NodeJS.Timeout;
  private waiting: NodeJS.Timeout | undefined;
  private wait = kFirstWait;
  private state: State = 'connecting';
  /** The agent has greeted; whether it captures yet is the state's. */
  private connected = false;
  private problem: string | undefined;
  private paused = false;
  private stopping = false;
  private figures: StatusFrame | undefined;
  /** Of sessions before, of this node. */
  private before = { packets: 0, dropped: 0, paused: 0 };
  private finish: () => void = () => undefined;
  /** When nothing more comes of it. */
  public readonly ended: Promise<void>;

  public constructor(options: SessionOptions) {
    this.options = options;
    this.node = options.node;
    this.ended = new Promise((resolve) => { this.finish = resolve; });
    this.beat = setInterval(() => { this.onBeat(); }, kBeat);
    void this.connect();
  }

  public get facts(): LiveNode {
    const { packets, dropped, paused } = this.totals;
    return {
      name: this.node, state: this.state, packets, dropped, paused,
      ...(this.problem === undefined ? {} : { message: this.problem }),
      ...(this.figures === undefined ? {} : { waiting: this.figures.waiting }),
    };
  }

  public get totals(): { readonly packets: number; readonly dropped: number; readonly paused: number } {
    const { before, figures } = this;
    return { packets: before.packets + (figures?.packets ?? 0), dropped: before.dropped + (figures?.dropped ?? 0), paused: before.paused + (figures?.paused ?? 0) };
  }

  public pause(on: boolean): void {
    this.paused = on;
    this.send(FrameKind.pause, { on } satisfies PauseFrame);
  }

  /** Asks the agent to end; what it has still comes. One that is not connected has ended with that. */
  public stop(): void {
    this.stopping = true;
    if (this.connected) this.send(FrameKind.stop, {});
    else this.end('ended', this.problem);
  }

  /** Ends at once, whatever has not come. */
  public abandon(why: string): void {
    this.end('failed', why);
  }

  private async connect(): Promise<void> {
    const attempt = ++this.current;
    this.reader = new FrameReader();
    this.heard = Date.now();
    const mine = (): boolean => attempt === this.current;
    try {
      const stream = await this.options.open(this.session, {
        onData: (chunk) => { if (mine()) this.take(chunk); },
        onEnd: (end) => { if (mine()) this.cut(end); },
      });
      if (mine()) this.stream = stream;
      else stream.close();
    } catch (thrown) {
      if (mine()) this.again(thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  private take(chunk: Buffer): void {
    try {
      this.heard = Date.now();
      for (const frame of this.reader.push(chunk)) this.hear(frame);
    } catch (thrown) {
      if (!(thrown instanceof FrameError) && !(thrown instanceof BlockError)) throw thrown;
      this.again(thrown.message);
    }
  }

  private hear(frame: Frame): void {
    switch (frame.kind) {
      case FrameKind.hello: { this.onHello(jsonOf(frame) as HelloFrame); return; }
      case FrameKind.status: { this.onStatus(jsonOf(frame) as StatusFrame); return; }
      case FrameKind.packets: { this.onPackets(frame); return; }
      case FrameKind.note:
        this.inOrder(frame);
        this.options.onNote(`${this.node}: ${(jsonOf(frame) as NoteFrame).text}`);
        { this.isSafe(frame.sequence, 0); return; }
      case FrameKind.end: { this.onEnd(frame); return; }
      default:
    }
  }

  private onHello({ protocol, version, session }: HelloFrame): void {
    if (protocol !== kAgentProtocol) {
      const older = protocol < kAgentProtocol ? 'upgrade the agents' : 'update the extension';
      this.end('failed', `The agent of ${this.node} (version ${version}) speaks protocol ${protocol}, this side ${kAgentProtocol}: ${older}.`); return;
    }
    this.session = session;
    this.wait = kFirstWait;
    this.connected = true;
    // What has come is in memory here, if not on disk yet: it need not come again.
    this.acknowledge(this.received, true);
    if (this.paused) this.send(FrameKind.pause, { on: true } satisfies PauseFrame);
    if (this.stopping) this.send(FrameKind.stop, {});
    this.options.sink.present(true);
    this.options.onChange();
  }

  private onStatus(status: StatusFrame): void {
    this.figures = status;
    if (status.capturing && !this.isOver) {
      this.state = 'running';
      this.problem = undefined;
    }
    if (status.echo !== undefined) this.options.sink.clock(BigInt(status.echo), nowNs(), BigInt(status.clock));
    if (status.complete !== undefined) this.options.sink.complete(BigInt(status.complete));
    this.options.onChange();
  }

  private onPackets(frame: Frame): void {
    this.inOrder(frame);
    const { sequence, payload } = frame;
    this.unsafeBytes += payload.length;
    if (this.unsafeBytes > kTooMuch) throw new FrameError('The agent sends more than was asked for.');
    const session = this.session;
    this.options.sink.packets(payload, () => { if (session === this.session) this.isSafe(sequence, payload.length); });
  }

  private inOrder({ sequence }: Frame): void {
    if (sequence !== this.received + 1) throw new FrameError('Frames of the agent are missing.');
    this.received = sequence;
  }

  private isSafe(sequence: number, bytes: number): void {
    this.unsafeBytes -= bytes;
    this.unacknowledged += bytes;
    this.safeBeyond.add(sequence);
    while (this.safeBeyond.delete(this.safe + 1)) this.safe++;
    if (this.unacknowledged >= kAckEvery) this.acknowledge(this.safe);
  }

  private acknowledge(sequence: number, timed = false): void {
    this.unacknowledged = 0;
    const ack: AckFrame = { sequence, ...(timed ? { time: String(nowNs()) } : {}) };
    this.send(FrameKind.ack, ack);
  }

  private onEnd(frame: Frame): void {
    const { reason, message, status } = jsonOf(frame) as EndFrame;
    if (reason === 'gone') { this.beginAnew(message ?? 'The agent has ended its session.'); return; }
    if (frame.sequence > 0) {
      this.inOrder(frame);
      this.isSafe(frame.sequence, 0);
      this.acknowledge(frame.sequence);
    }
    this.end(reason === 'ended' || status === 0 ? 'ended' : 'failed', message);
  }

  /** What the session had and had not sent is lost, which the ledger says; a new one goes on. */
  private beginAnew(why: string): void {
    this.options.sink.gap(this.heardOfSession, why);
    this.before = this.totals;
    this.figures = undefined;
    this.session = undefined;
    this.received = 0;
    this.safe = 0;
    this.safeBeyond.clear();
    this.unsafeBytes = 0;
    this.again(why);
  }

  private heardOfSession = Date.now();

  private cut({ said, cause, status, namespace }: ExecEnd): void {
    const sentence = said.replace(/^stratoshark: /, '');
    if (status === 403) {
      this.end('failed', `You may not exec into the agent of ${this.node}: ask for the verbs get and create on pods/exec in the namespace ${namespace}.`); return;
    }
    // An admission policy's word does not come over a WebSocket; it is bpf/deploy/admission.yaml, where nothing else was added.
    if (isNotAdmitted(status)) {
      this.end('failed', `The cluster holds captures to namespaces, and does not let you take this one at ${this.node}: choose a namespace where you may create captures.stratoshark.dev, or ask for that right.`); return;
    }
    // The API server's own words do not come over a WebSocket either.
    if (status !== undefined && status >= 500) {
      this.again(`the API server cannot reach its agent (HTTP ${status}): the node may be off or cut off, or the agent may not run`); return;
    }
    // The program has said why it does not run: an agent without --framed, arguments it refuses.
    if (this.session === undefined && /--framed|not found|no such file/i.test(`${sentence} ${cause}`)) {
      this.end('failed', `The agent of ${this.node} does not know this kind of capture (${sentence === '' ? cause : sentence}): upgrade the agents.`); return;
    }
    if (this.session === undefined && sentence !== '') { this.end('failed', sentence); return; }
    this.again(sentence === '' ? cause : sentence);
  }

  private again(why: string): void {
    if (this.isOver) return;
    if (this.connected) this.heardOfSession = this.heard;
    this.connected = false;
    this.current++;
    this.stream?.close();
    this.stream = undefined;
    if (this.stopping) { this.end('ended', why); return; }
    this.state = 'reconnecting';
    this.problem = why;
    this.options.sink.present(false);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => { void this.connect(); }, this.wait);
    this.wait = Math.min(this.wait * 2, kLastWait);
    this.options.onChange();
  }

  private onBeat(): void {
    if (this.stream === undefined) return;
    if (Date.now() - this.heard > kSilence) this.again(`${this.connected ? 'nothing comes of its agent any more' : 'no connection to its agent comes about'}: the node may be off or cut off`);
    else if (this.connected) this.acknowledge(this.safe, true);
  }

  private get isOver(): boolean {
    return this.state === 'ended' || this.state === 'failed';
  }

  private end(state: 'ended' | 'failed', problem: string | undefined): void {
    if (this.isOver) return;
    this.state = state;
    this.problem = problem;
    this.current++;
    clearInterval(this.beat);
    clearTimeout(this.waiting);
    // What was sent last has to leave first.
    setTimeout(() => { this.stream?.close(); }, kBeat);
    this.options.sink.present(false);
    this.options.onChange();
    this.finish();
  }

  private send(kind: number, value: object): void {
    this.stream?.write(jsonFrame(kind, 0, value));
  }
}

const nowNs = (): bigint => BigInt(Date.now()) * 1_000_000n;
