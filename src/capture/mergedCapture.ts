/** A capture from a cluster: one session per node, their packets merged into one growing file with what is known of losses. */
import type { LedgerEntry, ObjectVersion } from '../contract/captureBlocks.ts';
import type { LiveNode } from '../contract/live.ts';
import { NodeSession, type SessionOptions } from './nodeSession.ts';
import { clocksBlock, ledgerBlock, namesBlock, namesOf, objectsBlock } from './captureBlocks.ts';
import { CaptureFile, sectionHeader } from './captureFile.ts';
import { Merger, type MergeStream } from './merge.ts';

export interface MergedOptions {
  /** Who says what the ledger holds. */
  readonly source: string;
  /** A sentence of an agent. */
  readonly onNote: (text: string) => void;
  /** What is to be written of the holders of these addresses beyond what was answered before; of objects with `known` uids agents tell. */
  readonly namesOf?: (addresses: ReadonlySet<string>, known: ReadonlySet<string>) => Promise<readonly ObjectVersion[]>;
  /** The file cannot be written any more, one sentence. */
  readonly onFailure: (sentence: string) => void;
}

interface Member {
  readonly session: NodeSession;
  readonly stream: MergeStream;
}

/** Between two looks at who has addresses, milliseconds. */
const kNaming = 1000;
/** Nanoseconds. */
const kMillisecond = 1_000_000n;
const kMilli = 1e6;

export class MergedCapture {
  private readonly file: CaptureFile;
  private readonly options: MergedOptions;
  private readonly merger: Merger;
  private readonly members = new Map<string, Member>();
  private readonly gaps: LedgerEntry[] = [];
  private naming: Promise<void> | undefined;
  private named = 0;
  public paused = false;

  private constructor(file: CaptureFile, options: MergedOptions) {
    this.file = file;
    this.options = options;
    this.merger = new Merger(file);
    file.write([sectionHeader('StratoShark')], () => undefined);
  }

  /** Rejects where the file is there already or cannot be made. */
  public static async create(path: string, options: MergedOptions): Promise<MergedCapture> {
    return new MergedCapture(await CaptureFile.create(path, options.onFailure), options);
  }

  public get path(): string {
    return this.file.path;
  }

  /** Packets in the file, bytes of them on the wire, bytes of the file. */
  public get packets(): number {
    return this.merger.packets;
  }

  public get bytes(): number {
    return this.merger.bytes;
  }

  public get size(): number {
    return this.file.size;
  }

  public get nodes(): readonly LiveNode[] {
    return [...this.members.values()].map(({ session, stream }) => ({ ...session.facts, ...this.clockOf(stream) })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** There were nodes, and nothing comes of any of them any more. */
  public get isOver(): boolean {
    return this.members.size > 0 && this.nodes.every(({ state }) => state === 'ended' || state === 'failed');
  }

  private clockOf({ index }: MergeStream): Pick<LiveNode, 'clock'> {
    const state = this.merger.clocks.stateOf(index);
    if (state === undefined) return {};
    const { offset, bound, against, corrected } = state;
    return { clock: { node: this.nameOf(against), offset: offset / kMilli, bound: bound / kMilli, corrected } };
  }

  private nameOf(stream: number): string {
    return this.merger.all[stream]?.name ?? '';
  }

  public has(node: string): boolean {
    return this.members.has(node);
  }

  public add(node: string, open: SessionOptions['open']): void {
    const stream = this.merger.add(node);
    const session = new NodeSession({
      node, open,
      sink: {
        packets: (blocks, safe) => { this.merger.push(stream, blocks, safe); },
        clock: (asked, answered, there) => { this.merger.clocks.measured(stream.index, asked, answered, there); },
        complete: (time) => { this.merger.complete(stream, time); },
        present: (yes) => { stream.present = yes; },
        gap: (from, why) => {
          this.gaps.push({ what: 'coverage', where: node, from: BigInt(from) * kMillisecond, until: BigInt(Date.now()) * kMillisecond, why: `Packets of ${node} between these times may be missing: ${why}` });
        },
      },
      onChange: () => undefined,
      onNote: this.options.onNote,
    });
    session.pause(this.paused);
    void session.ended.then(() => { this.merger.end(stream); });
    this.members.set(node, { session, stream });
  }

  public pause(on: boolean): void {
    this.paused = on;
    for (const { session } of this.members.values()) session.pause(on);
  }

  /** Streams fall silent: to be called from time to time. */
  public advance(): void {
    this.merger.advance();
    if (Date.now() - this.named > kNaming) void this.nameAddresses();
  }

  private nameAddresses(): Promise<void> {
    this.named = Date.now();
    const { addresses } = this.merger;
    this.naming ??= (this.options.namesOf?.(addresses.all, addresses.known) ?? Promise.resolve([])).then((objects) => {
      if (objects.length > 0) this.merger.note(Buffer.concat([objectsBlock({ source: this.options.source, objects }), namesBlock(namesOf(objects))]));
    }).catch((thrown: unknown) => {
      // Names are welcome: the packets do not need them.
      this.options.onNote(`Names of addresses are missing: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }).finally(() => { this.naming = undefined; });
    return this.naming;
  }

  public limit(packets: number): void {
    this.merger.most = packets;
  }

  /** Ends every session, waits that long for their last packets, writes what is known of losses, closes the file. */
  public async finish(patience: number): Promise<void> {
    const sessions = [...this.members.values()].map(({ session }) => session);
    for (const session of sessions) session.stop();
    const timer = setTimeout(() => {
      for (const session of sessions) session.abandon('Its last packets did not come in time: what it had sent before is kept.');
    }, patience);
    await Promise.all(sessions.map(({ ended }) => ended));
    clearTimeout(timer);
    this.merger.finish();
    await this.naming;
    await this.nameAddresses();
    const entries = this.ledger();
    if (entries.length > 0) this.merger.note(ledgerBlock({ source: this.options.source, entries }));
    const clocks = this.merger.clocks.record((stream) => this.nameOf(stream));
    if (clocks.length > 0) this.merger.note(clocksBlock({ source: this.options.source, clocks }));
    await this.file.close();
  }

  private ledger(): readonly LedgerEntry[] {
    const entries = [...this.gaps];
    for (const [node, { session, stream }] of this.members) {
      const { dropped, paused } = session.totals;
      const { state, message } = session.facts;
      if (dropped > 0) entries.push({ what: 'packets', where: node, count: dropped, why: `The kernel of ${node} had no room for them: the agent, the network or this machine was too slow.` });
      if (paused > 0) entries.push({ what: 'packets', where: node, count: paused, why: 'The capture was paused.' });
      if (stream.late > 0) {
        entries.push({
          what: 'late', where: node, count: stream.late, why: 'They came after later packets of other nodes had been written, and stand where they came.',
          ...(stream.lateFrom === undefined ? {} : { from: stream.lateFrom }), ...(stream.lateUntil === undefined ? {} : { until: stream.lateUntil }),
        });
      }
      if (message !== undefined) entries.push({ what: 'coverage', where: node, why: `${state === 'failed' ? 'It was not captured to the end' : 'It ended so'}: ${message}` });
    }
    return entries;
  }
}
