/**
 * Clocks of nodes that are off. Both nodes of the lab share one clock, so the skews are planted in what their agents send:
 * their packets' times and their clocks, between the exec and the merge. What is right is what they sent before that.
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'cborg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentsIn } from '../../src/agent/targetNodes.ts';
import { blocksOf, BlockType, setTicks, ticksOf } from '../../src/capture/blocks.ts';
import { customPayload } from '../../src/capture/captureBlocks.ts';
import { openExec, type ExecStream } from '../../src/capture/execStream.ts';
import { FrameReader, frameOf, jsonFrame, jsonOf } from '../../src/capture/frames.ts';
import { MergedCapture } from '../../src/capture/mergedCapture.ts';
import { ApiClient, loadKubeconfig } from '../../src/cluster/apiClient.ts';
import { FrameKind, type StatusFrame } from '../../src/contract/agent.ts';
import type { ClockOffset } from '../../src/contract/captureBlocks.ts';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { tsharkRows } from './agentLab.ts';
import { until } from './exec.ts';
import { describeLab, TestLab } from './testLab.ts';

const kClocks = 4;
const kRequests = 200;
/** Nanoseconds. */
const kClose = 1_000_000;

/** Nanoseconds at the start, and parts per million since. */
interface Skew {
  readonly by: bigint;
  readonly ppm: number;
}
const skews: Readonly<Record<string, Skew>> = { node1: { by: 37_000_000n, ppm: 50 }, node2: { by: -37_000_000n, ppm: -50 } };
const start = BigInt(Date.now()) * 1_000_000n;
const skewed = ({ by, ppm }: Skew, time: bigint): bigint => time + by + ((time - start) * BigInt(ppm)) / 1_000_000n;

/** The same frames by a clock that is off; packets as they were taken go into `witness`. */
function plant(skew: Skew, witness: string, onData: (chunk: Buffer) => void): (chunk: Buffer) => void {
  const reader = new FrameReader();
  const moved = (time: string): string => String(skewed(skew, BigInt(time)));
  return (chunk) => {
    for (const { kind, sequence, payload } of reader.push(chunk)) {
      if (kind === FrameKind.packets) {
        appendFileSync(witness, payload);
        const bytes = Buffer.from(payload);
        for (const block of blocksOf(bytes)) if (block.type === BlockType.packet) setTicks(block.bytes, skewed(skew, ticksOf(block.bytes)));
        onData(frameOf(kind, sequence, bytes));
      } else if (kind === FrameKind.status) {
        const status = jsonOf({ kind, sequence, payload }) as StatusFrame;
        onData(jsonFrame(kind, sequence, { ...status, clock: moved(status.clock), ...(status.complete === undefined ? {} : { complete: moved(status.complete) }) }));
      } else onData(frameOf(kind, sequence, payload));
    }
  };
}

describeLab('a capture from nodes whose clocks are off', () => {
  let it: TestLab;
  let dir: string;
  let before: string | undefined;
  beforeAll(() => {
    it = new TestLab();
    dir = mkdtempSync(join(tmpdir(), 'stratoshark-clocks-'));
    before = process.env['NO_PROXY'];
    process.env['NO_PROXY'] = it.lab.apiIp;
  });
  afterAll(() => {
    if (before === undefined) delete process.env['NO_PROXY'];
    else process.env['NO_PROXY'] = before;
    it.kube.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function begin(file: string): Promise<MergedCapture> {
    const client = ApiClient.open(undefined, it.lab.kubeconfig);
    const agents = await agentsIn(client, AGENT_NAMESPACE);
    const capture = await MergedCapture.create(file, { source: 'test', onNote: () => undefined, onFailure: (sentence) => { throw new Error(sentence); } });
    for (const [node, skew] of Object.entries(skews)) {
      capture.add(node, (_resume, handlers): Promise<ExecStream> => {
        const command = ['stratoshark', 'capture', '--namespace', DEMO_NAMESPACE, '--ebpf-filter', 'k8s.label["app"] in {frontend, backend} and tcp.port == 8080', '--framed'];
        const onData = plant(skew, join(dir, `${node}.pcapng`), handlers.onData);
        return Promise.resolve(openExec(loadKubeconfig(it.lab.kubeconfig), { namespace: AGENT_NAMESPACE, pod: agents.get(node) ?? '', container: 'agent', command }, { ...handlers, onData }));
      });
    }
    return capture;
  }

  /** When a request was seen at each of its ends, by name: the client's port and the packet's number are the same at both. */
  async function times(file: string, path: string): Promise<ReadonlyMap<string, bigint>> {
    const rows = await tsharkRows(file, ['frame.interface_name', 'tcp.srcport', 'ip.id', 'frame.time_epoch'], ['-Y', `http.request.uri == "${path}"`]);
    return new Map(rows.map((row) => {
      const [name = '', port = '', id = '', time = ''] = row.split('\t');
      return [`${name.includes('/frontend-') ? 'sent' : 'received'} ${port} ${id}`, BigInt(time.replace('.', ''))];
    }));
  }

  test('37 ms and 50 ppm each way are found within the stated bound, and times and order are right within it', async () => {
    const file = join(dir, 'merged.pcapng');
    const capture = await begin(file);
    const ticking = setInterval(() => { capture.advance(); }, 250);
    await until(30, () => (capture.nodes.every(({ state }) => state === 'running') ? true : undefined), () => JSON.stringify(capture.nodes));
    const load = async (count: number): Promise<string> => {
      const path = `/m${randomBytes(6).toString('hex')}`;
      expect(await it.generate('frontend', ['load', '-url', `http://backend:8080${path}`, '-count', String(count), '-rate', '200'])).toMatchObject({ sent: count });
      return path;
    };
    // Before packets were seen at both ends, half of a round trip is all that is known.
    await load(40);
    const path = await load(kRequests);
    await capture.finish(10_000);
    clearInterval(ticking);

    const clocks = [...blocksOf(readFileSync(file))].flatMap(({ bytes }) => customPayload(bytes, kClocks) ?? []).flatMap((payload) => (decode(payload) as { readonly clocks: readonly ClockOffset[] }).clocks);
    expect(clocks.map(({ node }) => node).sort()).toEqual(['node1', 'node2']);
    const corrected = clocks.find(({ against }) => against !== undefined);
    const reference = skews[corrected?.against?.node ?? ''] ?? { by: 0n, ppm: 0 };
    const own = skews[corrected?.node ?? ''] ?? { by: 0n, ppm: 0 };
    const bound = Number(corrected?.against?.bound);
    const at = corrected?.at ?? 0n;
    const planted = skewed(own, at) - skewed(reference, at);
    expect(Math.abs(Number(corrected?.against?.offset) - Number(planted))).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThan(kClose);
    // Against this machine, whose clock is the nodes' own, half of a round trip is what is known.
    for (const { node, at, offset, bound: most } of clocks) {
      const skew = skews[node] ?? own;
      expect(Math.abs(Number(offset) - Number(skewed(skew, at) - at))).toBeLessThanOrEqual(Number(most));
    }

    const [written, first, second] = await Promise.all([times(file, path), times(join(dir, 'node1.pcapng'), path), times(join(dir, 'node2.pcapng'), path)]);
    const taken = new Map([...first, ...second]);
    expect([written.size, taken.size]).toEqual([2 * kRequests, 2 * kRequests]);
    // Every packet's time is its true one by the reference's clock, within less than a node is away.
    const off = [...written].map(([key, time]) => Math.abs(Number(time - skewed(reference, taken.get(key) ?? 0n)))).sort((a, b) => a - b);
    expect(off.at(-1)).toBeLessThan(kClose);
    const crossed = [...first.keys()].filter((key) => key.startsWith('sent') && second.has(key.replace('sent', 'received'))).length
      + [...second.keys()].filter((key) => key.startsWith('sent') && first.has(key.replace('sent', 'received'))).length;
    expect(crossed).toBeGreaterThan(kRequests / 10);
    const order = [...written.keys()];
    const wrong = order.filter((key, at) => at > 0 && (taken.get(key) ?? 0n) < (taken.get(order[at - 1] ?? '') ?? 0n) - BigInt(kClose));
    expect(wrong.length).toBe(0);
    expect((await tsharkRows(file, ['frame.number'], ['-Y', 'frame contains "came after later packets of other nodes"'])).length).toBe(0);
  });
});
