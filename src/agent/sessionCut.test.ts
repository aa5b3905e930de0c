/** Both sides of a framed session with a network between them that is cut: no packet is lost, doubled or out of order. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { blocksOf, BlockType } from '../capture/blocks.ts';
import type { ExecHandlers, ExecStream } from '../capture/execStream.ts';
import { jsonFrame } from '../capture/frames.ts';
import { MergedCapture } from '../capture/mergedCapture.ts';
import { FrameKind, type EndFrame } from '../contract/agent.ts';
import { FramedSession } from './framedSession.ts';

const kPackets = 4000;
const start = 1_700_000_000_000_000_000n;
const device = Buffer.from('0100000020000000010000000000040009000100090000000000000020000000', 'hex');

/** A packet with its number as its bytes. */
function packet(number: number): Buffer {
  const out = Buffer.alloc(36);
  const time = start + BigInt(number) * 1000n;
  out.writeUInt32LE(BlockType.packet, 0);
  out.writeUInt32LE(out.length, 4);
  out.writeUInt32LE(Number(time >> 32n), 12);
  out.writeUInt32LE(Number(time & 0xffffffffn), 16);
  out.writeUInt32LE(4, 20);
  out.writeUInt32LE(4, 24);
  out.writeUInt32LE(number, 28);
  out.writeUInt32LE(out.length, 32);
  return out;
}

/** An agent of a node: a session, reached by connections that the test can cut. */
class Agent {
  public session: FramedSession;
  public readonly connections: Socket[] = [];
  public asked: (string | undefined)[] = [];
  public refuse = false;
  public readonly server: Server;
  private readonly id = 'f'.repeat(32);

  public constructor() {
    this.session = this.begin();
    this.server = createServer((socket) => { this.session.attach(socket); });
  }

  public begin(): FramedSession {
    const session: FramedSession = new FramedSession({
      hello: { version: '1', session: this.id, node: 'n' }, spoolBytes: 64 * 1024 ** 2, onOver: () => undefined,
      capturing: { take: () => undefined, stop: () => { session.finish({ status: 0, reason: 'ended' }); } },
    });
    session.progress({ state: 'running', milliseconds: 0, packets: 0, bytes: 0, dropped: 0, file: '-', files: 1, fileBytes: 0, leftOut: 0 });
    return session;
  }

  public listen(): Promise<void> {
    return new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
  }

  public close(): void {
    this.server.close();
    for (const one of this.connections) one.destroy();
  }

  public readonly open = (resume: string | undefined, { onData, onEnd }: ExecHandlers): Promise<ExecStream> => {
    this.asked.push(resume);
    if (this.refuse) return Promise.reject(new Error('the API server does not answer'));
    if (resume !== undefined && resume !== this.id) {
      const gone: EndFrame = { status: 1, reason: 'gone', message: 'no such session' };
      setTimeout(() => { onData(jsonFrame(FrameKind.end, 0, gone)); });
      return Promise.resolve({ write: () => undefined, hold: () => undefined, close: () => undefined });
    }
    const socket = connect((this.server.address() as AddressInfo).port, '127.0.0.1');
    this.connections.push(socket);
    socket.on('data', (chunk) => { onData(chunk); }).on('error', () => undefined).on('close', () => { onEnd({ said: '', cause: 'cut', namespace: 'monitoring' }); });
    return Promise.resolve({ write: (bytes) => { socket.write(bytes); }, hold: () => undefined, close: () => { socket.destroy(); } });
  };
}

let folder: string;
let agent: Agent;
let capture: MergedCapture;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stratoshark-cut-'));
  agent = new Agent();
  await agent.listen();
  capture = await MergedCapture.create(join(folder, 'a.pcapng'), { source: 'test', onNote: () => undefined, onFailure: (sentence) => { throw new Error(sentence); } });
  capture.add('node1', agent.open);
});
afterEach(() => {
  agent.close();
  rmSync(folder, { recursive: true });
});

const numbers = (): readonly number[] => [...blocksOf(readFileSync(join(folder, 'a.pcapng')))].filter(({ type }) => type === BlockType.packet).map(({ bytes }) => bytes.readUInt32LE(28));
const state = () => capture.nodes[0]?.state;

it('has each packet once and in order after many cuts', { timeout: 30_000 }, async () => {
  await expect.poll(state).toBe('running');
  agent.session.packets(device);
  for (let number = 0; number < kPackets; number++) {
    agent.session.packets(packet(number));
    if (number % 1000 !== 500) continue;
    // In the middle of what is on its way.
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    agent.connections.at(-1)?.destroy();
    await expect.poll(() => agent.connections.length).toBeGreaterThan(1 + Math.floor(number / 1000));
  }
  await expect.poll(state).toBe('running');
  await capture.finish(5000);
  expect(agent.asked.length).toBeGreaterThan(4);
  expect(agent.asked.slice(1).every((resume) => resume === 'f'.repeat(32))).toBe(true);
  expect(numbers()).toEqual(Array.from({ length: kPackets }, (_, number) => number));
  expect(statSync(join(folder, 'a.pcapng')).mode & 0o777).toBe(0o600);
});

it('says why it is not connected, and goes on when it is again', async () => {
  await expect.poll(state).toBe('running');
  agent.refuse = true;
  agent.connections[0]?.destroy();
  await expect.poll(() => capture.nodes[0]).toMatchObject({ state: 'reconnecting', message: 'the API server does not answer' });
  agent.session.packets(Buffer.concat([device, packet(7)]));
  agent.refuse = false;
  await expect.poll(state, { timeout: 10_000 }).toBe('running');
  await capture.finish(5000);
  expect(numbers()).toEqual([7]);
});

it('keeps what came when the session is gone, says so in the ledger, and begins another', async () => {
  await expect.poll(state).toBe('running');
  agent.session.packets(Buffer.concat([device, packet(1)]));
  await expect.poll(() => capture.size).toBeGreaterThan(0);
  await expect.poll(() => { capture.advance(); return capture.packets; }, { timeout: 5000 }).toBe(1);
  // As an agent that was started anew: it knows nothing of the session.
  const gone: EndFrame = { status: 1, reason: 'gone', message: 'The agent has ended that session.' };
  let told = false;
  agent.session = agent.begin();
  const first = agent.connections[0];
  agent.server.removeAllListeners('connection');
  agent.server.on('connection', (socket: Socket) => {
    if (told) agent.session.attach(socket);
    else socket.end(jsonFrame(FrameKind.end, 0, gone));
    told = true;
  });
  first?.destroy();
  await expect.poll(() => [told, state()], { timeout: 10_000 }).toEqual([true, 'running']);
  agent.session.packets(Buffer.concat([device, packet(2)]));
  await capture.finish(5000);
  expect(numbers()).toEqual([1, 2]);
  expect(readFileSync(join(folder, 'a.pcapng')).toString('latin1')).toContain('Packets of node1 between these times may be missing: The agent has ended that session.');
});

it.each([[2, 'update the extension'], [0, 'upgrade the agents']])('an agent that speaks protocol %i is told apart, with what to do', async (protocol, remedy) => {
  const other = await MergedCapture.create(join(folder, 'b.pcapng'), { source: 'test', onNote: () => undefined, onFailure: (sentence) => { throw new Error(sentence); } });
  let closed = false;
  other.add('node2', (_resume, { onData }) => {
    setTimeout(() => { onData(jsonFrame(FrameKind.hello, 0, { protocol, version: '9.9', session: 'e'.repeat(32), node: 'node2' })); });
    return Promise.resolve({ write: () => undefined, hold: () => undefined, close: () => { closed = true; } });
  });
  await expect.poll(() => other.nodes[0]).toMatchObject({ state: 'failed', message: `The agent of node2 (version 9.9) speaks protocol ${String(protocol)}, this side 1: ${remedy}.` });
  await other.finish(1000);
  await expect.poll(() => closed, { timeout: 10_000 }).toBe(true);
});
