import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FrameReader, jsonFrame, jsonOf } from '../capture/frames.ts';
import { FrameKind, kWindow, type EndFrame, type Frame, type HelloFrame } from '../contract/agent.ts';
import { FramedSession } from './framedSession.ts';

/** A packet block of that many bytes, taken then (ms since 1970). */
function packet(size: number, taken = 0): Buffer {
  const out = Buffer.alloc(size);
  const time = BigInt(taken) * 1_000_000n;
  out.writeUInt32LE(Number(time >> 32n), 12);
  out.writeUInt32LE(Number(time & 0xffffffffn), 16);
  out.writeUInt32LE(6, 0);
  out.writeUInt32LE(size, 4);
  out.writeUInt32LE(size, size - 4);
  return out;
}

class User {
  public readonly frames: Frame[] = [];
  public closed = false;
  private readonly socket: Socket;

  public constructor(port: number) {
    const reader = new FrameReader();
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => { this.frames.push(...reader.push(chunk)); }).on('close', () => { this.closed = true; });
  }

  public of(kind: number): readonly Frame[] {
    return this.frames.filter((frame) => frame.kind === kind);
  }

  public get sequences(): readonly number[] {
    return this.frames.map(({ sequence }) => sequence).filter((sequence) => sequence > 0);
  }

  public ack(sequence: number): void {
    this.socket.write(jsonFrame(FrameKind.ack, 0, { sequence }));
  }

  public say(kind: number, value: object): void {
    this.socket.write(jsonFrame(kind, 0, value));
  }

  public cut(): void {
    this.socket.destroy();
  }
}

let session: FramedSession;
let server: Server;
const did: string[] = [];

function begin(options: { readonly spoolBytes?: number; readonly orphan?: number; readonly silence?: number } = {}): void {
  session = new FramedSession({
    hello: { version: '1', session: 'x', node: 'n' }, spoolBytes: 64 * 1024 ** 2,
    capturing: { take: (yes) => { did.push(yes ? 'take' : 'leave'); }, stop: () => { did.push('stop'); } },
    onOver: () => { did.push('over'); }, ...options,
  });
}

const user = (): User => new User((server.address() as AddressInfo).port);

beforeEach(async () => {
  did.length = 0;
  server = createServer((socket) => { session.attach(socket); });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});
afterEach(() => { server.close(); });

it('greets, sends nothing before the first ack, then everything in order', async () => {
  begin();
  session.packets(packet(100));
  session.note('pod came');
  const one = user();
  await expect.poll(() => one.frames.length).toBe(1);
  expect(jsonOf(one.frames[0] as Frame) as HelloFrame).toEqual({ protocol: 1, version: '1', session: 'x', node: 'n' });
  one.ack(0);
  await expect.poll(() => one.sequences).toEqual([1, 2]);
  expect(one.of(FrameKind.packets)[0]?.payload).toEqual(packet(100));
  one.cut();
});

it('sends again what was not acknowledged, and only that, to the next connection', async () => {
  begin();
  const one = user();
  one.ack(0);
  for (let n = 0; n < 5; n++) session.packets(packet(100 + 4 * n));
  await expect.poll(() => one.sequences).toEqual([1, 2, 3, 4, 5]);
  one.ack(2);
  await expect.poll(() => one.of(FrameKind.status).length).toBeGreaterThan(0);
  one.cut();
  session.packets(packet(200));
  const next = user();
  next.ack(3);
  await expect.poll(() => next.sequences).toEqual([4, 5, 6]);
  expect(next.of(FrameKind.packets).map(({ payload }) => payload.length)).toEqual([112, 116, 200]);
  next.cut();
});

it('has no more than the window under way, and goes on with each ack', async () => {
  begin();
  const one = user();
  one.ack(0);
  const size = 1024 ** 2;
  for (let n = 0; n < 20; n++) session.packets(packet(size));
  const most = Math.ceil(kWindow / (size + 20));
  await expect.poll(() => one.sequences.length).toBe(most);
  one.ack(3);
  await expect.poll(() => one.sequences.length).toBe(most + 3);
  one.cut();
});

it('leaves the output of the capture alone when it keeps enough, and takes it again', async () => {
  begin({ spoolBytes: 1000 });
  for (let n = 0; n < 3; n++) session.packets(packet(400));
  expect(did).toEqual(['leave']);
  const one = user();
  one.ack(0);
  await expect.poll(() => one.sequences).toEqual([1, 2, 3]);
  one.ack(3);
  await expect.poll(() => did).toEqual(['leave', 'take']);
  one.cut();
});

it('keeps no packets that were taken while it was paused, whenever they come, and counts them', async () => {
  begin();
  const one = user();
  one.ack(0);
  const echoed = (time: string): { readonly echo?: string; readonly paused: number } | undefined => one.of(FrameKind.status).map((frame) => jsonOf(frame) as { echo?: string; paused: number }).find(({ echo }) => echo === time);
  /** A pause frame, and this machine's clock before and after it was taken. */
  const pause = async (on: boolean, time: string): Promise<readonly [before: number, after: number]> => {
    const before = Date.now();
    one.say(FrameKind.pause, { on });
    one.say(FrameKind.ack, { sequence: 0, time });
    await expect.poll(() => echoed(time)).toBeDefined();
    return [before, Date.now()];
  };
  const [beforePause, inPause] = await pause(true, '1');
  // Of before the pause, handed over late.
  session.packets(packet(100, beforePause - 1));
  session.packets(Buffer.concat([packet(104, inPause), packet(108, inPause)]));
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  const [, afterPause] = await pause(false, '2');
  // Still in the kernel when it was resumed.
  session.packets(packet(112, inPause + 1));
  session.packets(packet(116, afterPause + 1));
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  const [, again] = await pause(true, '3');
  session.packets(packet(120, again + 1));
  session.packets(packet(124, afterPause + 1));
  await pause(false, '4');
  expect(echoed('4')?.paused).toBe(4);
  await expect.poll(() => one.of(FrameKind.packets).map(({ payload }) => payload.length)).toEqual([100, 116, 124]);
  one.cut();
});

it('ends when its end is acknowledged', async () => {
  begin();
  const one = user();
  one.ack(0);
  one.say(FrameKind.stop, {});
  await expect.poll(() => did).toEqual(['stop']);
  const end: EndFrame = { status: 0, reason: 'ended' };
  session.finish(end);
  await expect.poll(() => one.of(FrameKind.end).map((frame) => jsonOf(frame))).toEqual([end]);
  expect(did).toEqual(['stop']);
  one.ack(1);
  await expect.poll(() => did).toEqual(['stop', 'over']);
});

it('ends when nobody comes, and cuts off who says nothing', async () => {
  begin({ orphan: 150, silence: 150 });
  const one = user();
  one.ack(0);
  await expect.poll(() => one.closed).toBe(true);
  expect(did).toEqual([]);
  await expect.poll(() => did).toEqual(['stop', 'over']);
});

it('cuts off who sends no frames', async () => {
  begin();
  const one = user();
  one.say(FrameKind.ack, { sequence: 0 });
  await expect.poll(() => one.frames.length).toBeGreaterThan(0);
  const bad = user();
  await expect.poll(() => bad.frames.length).toBe(1);
  await expect.poll(() => one.closed).toBe(true);
  (bad as unknown as { socket: Socket }).socket.write(Buffer.alloc(64, 0xff));
  await expect.poll(() => bad.closed).toBe(true);
});
