/** Names of pods from the file: a capture written by our encoder from objects made by hand, read by the command line and by tshark. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { customBlockOf, identitiesBlock, kIdentities, objectsBlock } from '../../src/capture/captureBlocks.ts';
import { cborOf } from '../../src/capture/cbor.ts';
import type { CaptureStatus, RowPage } from '../../src/contract/capture.ts';
import type { FlowIdentity } from '../../src/contract/captureBlocks.ts';
import type { Native } from '../../src/engine/native.d.ts';
import { cat } from '../fixtures/generate/bytes.ts';
import { START } from '../fixtures/generate/pcap.ts';
import { ng } from '../fixtures/generate/pcapng.ts';

const cli = join(root, 'dist', 'cli.js');
const addon = createRequire(import.meta.url)(join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node')) as Native;
const named = join(root, 'test/fixtures/captures/k8s-names.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'names-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

interface Reply { readonly status: number | null; readonly stdout: string; readonly stderr: string }
const run = (program: string, args: readonly string[]): Reply => spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 });
const ours = (...args: string[]): Reply => run(process.execPath, [cli, ...args]);

/** Values of fields, by the number of the frame. */
function fieldsOf(file: string, names: readonly string[], ...more: string[]): ReadonlyMap<number, readonly string[]> {
  const { status, stdout } = ours('-r', file, '-T', 'fields', '-e', 'frame.number', ...names.flatMap((name) => ['-e', name]), ...more);
  expect(status).toBe(0);
  return new Map(stdout.trimEnd().split('\n').map((line) => {
    const [number = '', ...values] = line.split('\t');
    return [Number(number), values];
  }));
}
const matching = (filter: string, file = named): string => [...fieldsOf(file, [], '-2', '-Y', filter).keys()].filter((number) => number > 0).join(' ');

const front = 'frontend-7d9c8b5f4-abc12';
// Frame 1 holds the objects, 13 the identities, 14 the ledger; frames 4 to 7 are of 10.244.1.9 at 5, 15, 18 and 25 s:
// old-3 has it until 10 s, new-4 from 20 s on.
const ends: readonly (readonly [frame: number, source: string, destination: string, why: string])[] = [
  [2, `shop/${front}`, 'shop/backend-0', 'a flow to the address of a Service'],
  [3, 'shop/backend-0', `shop/${front}`, 'its answer, with addresses behind NAT'],
  [4, 'shop/old-3', `shop/${front}`, 'by address, the first holder'],
  [5, '/', `shop/${front}`, 'between the two holders: nobody'],
  [6, 'batch/new-4', `shop/${front}`, 'just before the watch told of the second'],
  [7, 'batch/new-4', `shop/${front}`, 'the second holder'],
  [8, 'kube-system/host-5', 'shop/backend-0', "a pod in the node's network, by the packet's flow id"],
  [9, '/', 'shop/backend-0', 'the same address without a flow: the node'],
  [10, `shop/${front}`, 'shop/', 'a Service whose backend is not known'],
  [11, '/', '/', 'strangers'],
  [12, `shop/${front}`, 'shop/', 'ports used again after the flow had ended'],
];

test('seconds are counted from the first packet with a time; as Wireshark does, from 1970, with its defaults', () => {
  const time = (field: string): Reply => run('tshark', ['-n', '-r', named, '-T', 'fields', '-e', field]);
  const epoch = time('frame.time_epoch').stdout.split('\n').slice(0, -1).map(Number);
  expect(epoch.slice(0, 2)).toEqual([0, 1772366401]);
  const counted = [...fieldsOf(named, ['frame.time_relative']).values()].map(([seconds = '']) => seconds);
  expect(counted).toEqual(epoch.map((seconds) => (seconds === 0 ? '' : `${String(seconds - 1772366401)}.000000000`)));
  expect(ours('-r', named, '-T', 'fields', '-e', 'frame.time_relative', '-o', 'defaults:wireshark').stdout).toBe(time('frame.time_relative').stdout);
});

describe('seconds since the packet before', () => {
  // Three packets more, with a block between two of them and a simple packet before the last: neither has a time.
  const file = join(folder, 'between.pcapng');
  const w = ng();
  const packet = (second: bigint): Uint8Array => w.packet(0, START + second * 1_000_000_000n, new Uint8Array(60));
  writeFileSync(file, cat(readFileSync(named), packet(80n), objectsBlock({ source: 'agent x', objects: [] }), packet(100n), w.simple(new Uint8Array(60)), packet(101n)));
  const deltas = ['-T', 'fields', '-e', 'frame.number', '-e', 'frame.time_delta', '-e', 'frame.time_delta_displayed'];
  const filter = ['-Y', 'frame.number in {1, 4, 13, 15, 16, 17}'];
  const lines = (text: string): string[] => text.split('\n').slice(0, -1);

  test.each([[[]], [['-2']], [filter], [['-2', ...filter]]])('over blocks without a time, as tshark with %j, but for those from 1970', (options) => {
    const theirs = lines(run('tshark', ['-n', '-r', file, ...deltas, ...options]).stdout);
    expect(theirs.find((line) => line.startsWith('15\t'))).toBe('15\t10.000000000\t10.000000000');
    expect(lines(ours('-r', file, ...deltas, ...options, '-o', 'defaults:wireshark').stdout)).toEqual(theirs);
    const mended = theirs.map((line) => line.replaceAll(/17\d{8}\.\d{9}/g, line.startsWith('19\t') ? '1.000000000' : '0.000000000'));
    expect(mended).not.toEqual(theirs);
    expect(lines(ours('-r', file, ...deltas, ...options).stdout)).toEqual(mended);
  });

  test('displayed: in the rows of an editor, also sorted, and counted from a block', async () => {
    const capture = addon.open(file, '{}');
    await new Promise<void>((resolve) => {
      capture.index((json) => { if ((JSON.parse(json) as CaptureStatus).state === 'ready') resolve(); });
    });
    const look = { time: 'deltaDisplayed', digits: 9, fields: [], rules: [], ignored: [], references: [16] };
    const rows = async (): Promise<readonly (readonly [number, string])[]> =>
      (JSON.parse(await capture.rows(0, 100, true, 1)) as RowPage).rows.map(({ n, time }) => [n, time] as const);
    capture.setLook(JSON.stringify(look), 1);
    await capture.filter(filter[1] ?? '', () => undefined, 1);
    const theirs = lines(run('tshark', ['-n', '-r', file, ...deltas, ...filter]).stdout).map((line) => {
      const [frame = '', , displayed = ''] = line.split('\t');
      return [Number(frame), displayed] as const;
    });
    // of the first one displayed tshark tells the time since the one before it, displayed or not
    const wanted = theirs.map(([frame, displayed]) => [frame, frame === 4 ? '0.000000000' : displayed] as const);
    expect(await rows()).toEqual(wanted);
    await capture.sort(JSON.stringify({ by: 'time', descending: true, filtered: true }), () => undefined, 1);
    expect((await rows()).filter(([, time]) => time !== '')).toEqual(wanted.filter(([, time]) => time !== '').sort(([, a], [, b]) => Number(b) - Number(a)));
    await capture.sort(JSON.stringify({ by: '', descending: false, filtered: true }), () => undefined, 1);
    capture.setLook(JSON.stringify({ ...look, time: 'relative' }), 1);
    expect((await rows()).at(-1)).toEqual([17, '20.000000000']);
    capture.close();
  });
});

describe('who sent it', () => {
  test.each([[[]], [['-2']], [['-2', '-Y', 'k8s or frame']]] as const)('with %j', (options) => {
    const found = fieldsOf(named, ['k8s.src.namespace', 'k8s.src.pod.name', 'k8s.dst.namespace', 'k8s.dst.pod.name'], ...options);
    expect(found.size).toBe(14);
    for (const [frame, source, destination, why] of ends) {
      const [sourceSpace = '', sourcePod = '', space = '', pod = ''] = found.get(frame) ?? [];
      expect([`${sourceSpace}/${sourcePod}`, `${space}/${pod}`], `${frame}: ${why}`).toEqual([source, destination]);
    }
  });

  test('processes, containers, Services, workloads, nodes', () => {
    const names = ['k8s.flow', 'k8s.service.name', 'k8s.src.container.name', 'k8s.src.deployment', 'k8s.src.replicaset', 'k8s.dst.workload', 'k8s.node.name',
      'ebpf.process.pid', 'ebpf.src.process.comm', 'ebpf.process.container_pid', 'k8s.src.learned'];
    const found = fieldsOf(named, names);
    expect(found.get(2)).toEqual(['1', 'api', 'web', 'frontend', 'frontend-7d9c8b5f4', 'StatefulSet/backend', 'worker-1,worker-2', '4711,5822', 'nginx', '7', 'socket']);
    expect(found.get(8)).toEqual(['9', 'api,tiers', '', '', '', 'StatefulSet/backend', 'worker-1,worker-2', '900', 'kube-proxy', '', 'socket']);
    expect(found.get(10)?.[1]).toBe('api');
    expect(found.get(12)).toEqual(['', 'api', 'web', 'frontend', 'frontend-7d9c8b5f4', '', 'worker-1', '', '', '', 'address']);
  });

  test.each([
    [`k8s.pod.name == ${front}`, '2 3 4 5 6 7 10 12'], ['ebpf.k8s.pod == "host-5"', '8'], ['k8s.label["app.kubernetes.io/name"] == web', '2 3 4 5 6 7 10 12'],
    ['k8s.dst.label["tier"] == b', '2 8 9'], ['k8s.label == "tier=b"', '2 3 8 9'], ['k8s.namespace == batch && udp', '6 7'], ['ebpf.process.pid == 5822', '2 3'],
    ['k8s', '2 3 4 5 6 7 8 9 10 12'], ['!k8s && ip', '11'], ['k8s.src.service.name == "api"', '3'], ['ebpf', '2 3 8'],
    ['selector("app=web")', '2 3 4 5 6 7 10 12'], ['selector("tier in (a,b),app!=web")', '2 3 8 9'], ['selector("!app")', '6 7'], ['udp and not selector("app")', '11'],
  ])('filter %s', (filter, frames) => {
    expect(matching(filter)).toBe(frames);
  });

  test('the tree', () => {
    const { stdout } = ours('-r', named, '-Y', 'frame.number == 3', '-V');
    expect(stdout.slice(stdout.indexOf('Kubernetes Metadata'))).toContain(
      'Kubernetes Metadata\n    [Flow: 1]\n    Source: shop/backend-0 (likely)\n        [Pod Name: backend-0]\n        [Pod UID: u-back]\n        [Namespace: shop]\n        [Container Name: api]\n');
    expect(ours('-r', named, '-V', '-o', 'defaults:wireshark').stdout).not.toContain('Kubernetes');
  });

  test('packets written anew keep their names', () => {
    const written = join(folder, 'some.pcapng');
    expect(ours('-r', named, '-Y', 'frame.number in {3, 7, 8}', '-w', written).status).toBe(0);
    const pods = [...fieldsOf(written, ['k8s.src.pod.name']).values()].map(([pod = '']) => pod).filter((pod) => pod !== '');
    expect(pods).toEqual(['backend-0', 'new-4', 'host-5']);
  });

  test('a file that grows', () => {
    const file = join(folder, 'growing.pcapng');
    const whole = readFileSync(named);
    const blocks = whole.lastIndexOf('StratoShark:k8s\0', whole.lastIndexOf('StratoShark:k8s\0') - 1) - 12;
    writeFileSync(file, whole.subarray(0, blocks));
    expect(matching('ebpf.process.comm == nginx', file)).toBe('');
    appendFileSync(file, whole.subarray(blocks));
    expect(matching('ebpf.process.comm == nginx', file)).toBe('2 3');
  });
});

test('tshark reads the same file: frames, names of addresses, comments', () => {
  const { status, stdout, stderr } = run('tshark', ['-r', named, '-N', 'n', '-T', 'fields', '-e', 'frame.number', '-e', 'ip.src_host', '-e', 'ip.dst_host', '-e', 'frame.comment']);
  expect(status).toBe(0);
  expect(stderr.replace(/^Running as user "root".*\n/, '')).toBe('');
  const rows = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
  expect(rows).toHaveLength(14);
  expect(rows[1]).toEqual(['2', `${front}.shop`, 'api.shop.svc', '']);
  expect(rows[2]).toEqual(['3', 'backend-0.shop', `${front}.shop`, `shop/${front} (nginx, pid 4711, container web) → shop/backend-0 (python3, pid 5822, container api, likely)`]);
});

describe('a port that answers everybody', () => {
  const at = (seconds: bigint): bigint => START + seconds * 1_000_000_000n;
  const any = { ip: '0.0.0.0', port: 0 };
  const process = (pid: number): { readonly pid: number; readonly comm: string } => ({ pid, comm: 'named' });
  /** Of frame 7, which is UDP: who its ends are by these flows. */
  function endsBy(name: string, flows: readonly FlowIdentity[]): readonly string[] {
    const path = join(folder, `${name}.pcapng`);
    writeFileSync(path, cat(readFileSync(named), identitiesBlock({ source: 'agent x', flows })));
    return fieldsOf(path, ['k8s.src.pod.name', 'ebpf.src.process.pid', 'k8s.dst.pod.name', 'ebpf.dst.process.pid']).get(7) ?? [];
  }
  const [source = '', sport = '', destination = '', dport = ''] = fieldsOf(named, ['ip.src', 'udp.srcport', 'ip.dst', 'udp.dstport']).get(7) ?? [];
  const own = { ip: source, port: Number(sport) };
  const peer = { ip: destination, port: Number(dport) };
  const flow = (a: FlowIdentity['tuple']['a'], end: FlowIdentity['a'], more: Partial<FlowIdentity> = {}): FlowIdentity => ({ flow: 50, protocol: 17, tuple: { a, b: any }, ...(end === undefined ? {} : { a: end }), ...more });

  test('its process, whoever asks, in its time only and on its protocol only', () => {
    const end = { pod: 'new-4', namespace: 'batch', process: process(77) };
    expect(endsBy('port', [flow(own, end)])).toEqual(['new-4', '77', front, '']);
    expect(endsBy('answer', [flow(peer, { process: process(78) })])).toEqual(['new-4', '', front, '78']);
    expect(endsBy('over', [flow(own, end, { until: at(25n) })])).toEqual(['new-4', '', front, '']);
    expect(endsBy('early', [flow(own, end, { from: at(26n) })])).toEqual(['new-4', '', front, '']);
    expect(endsBy('tcp', [flow(own, end, { protocol: 6 })])).toEqual(['new-4', '', front, '']);
    expect(endsBy('next', [flow(own, end, { until: at(24n) }), flow(own, { ...end, process: process(79) }, { flow: 51, from: at(24n) })])).toEqual(['new-4', '79', front, '']);
  });

  test('an end in place of its number, and numbers of nobody', () => {
    const [ip, other] = [source, '0.0.0.0'].map((text) => Uint8Array.from(text.split('.').map(Number)));
    const by = (name: string, table: object): readonly string[] => {
      const path = join(folder, `${name}.pcapng`);
      writeFileSync(path, cat(readFileSync(named), customBlockOf(kIdentities, cborOf({ source: 'agent x', ...table }))));
      return fieldsOf(path, ['ebpf.src.process.pid', 'ebpf.src.process.comm']).get(7) ?? [];
    };
    const entry = (a: unknown): object => ({ flow: 50, protocol: 17, a, tuple: [ip, Number(sport), other, 0] });
    const ends = [{ process: { pid: 5, comm: 'first' } }, 'no end', { process: { pid: 6, comm: 'last' } }];
    expect(by('in-place', { flows: [entry(ends[2])] })).toEqual(['6', 'last']);
    expect(by('numbered', { ends, flows: [entry(2)] })).toEqual(['6', 'last']);
    for (const number of [1, 3, 2 ** 53 - 1, -1, 'x']) expect(by('nobody', { ends, flows: [entry(number)] })).toEqual(['', '']);
    // Ends that come too late are nobody's.
    expect(by('behind', { flows: [entry(0)], ends })).toEqual(['', '']);
  });

  test('beside a flow: what is measured there goes first; behind NAT by its other form; never of another pod', () => {
    const backend = { ip: '10.244.77.7', port: 5353 };
    const both = (b: FlowIdentity['b']): FlowIdentity => ({ flow: 60, protocol: 17, tuple: { a: own, b: peer }, also: [{ a: own, b: backend }], a: { pod: 'new-4', namespace: 'batch', process: process(1) }, ...(b === undefined ? {} : { b }) });
    const chosen = { pod: 'dns-1', namespace: 'kube-system', uid: 'dns', learned: 'conntrack' } as const;
    expect(endsBy('nat', [both(chosen), flow(backend, { ...chosen, process: process(53) })])).toEqual(['new-4', '1', 'dns-1', '53']);
    expect(endsBy('other', [both(chosen), flow(backend, { ...chosen, uid: 'later', process: process(53) })])).toEqual(['new-4', '1', 'dns-1', '']);
    expect(endsBy('first', [both({ ...chosen, process: process(5) }), flow(backend, { ...chosen, process: process(53) }), flow(own, { process: process(2) }, { flow: 52 })])).toEqual(['new-4', '1', 'dns-1', '5']);
  });
});

describe('what is not ours, newer or broken', () => {
  const w = ng();
  const file = readFileSync(named);
  const start = file.indexOf('StratoShark:k8s\0');
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(file);
    copy.writeUInt8(value, at);
    return copy;
  };
  test.each([
    ['another magic', changed(start, 0x20)], ['a newer version', changed(start + 16, 2)], ['another kind', changed(start + 17, 77)], ['no map', changed(start + 24, 0x80)],
    ['an array of endless length', changed(file.indexOf('gobjects', start) + 8, 0x9f)],
  ])('%s: the packets are read, without those names', (_name, data) => {
    const path = join(folder, 'changed.pcapng');
    writeFileSync(path, data);
    const found = fieldsOf(path, ['ip.src', 'k8s.src.pod.name']);
    expect(found.get(4)).toEqual(['10.244.1.9', '']);
    expect(found.get(2)).toEqual(['10.244.1.5', front]);
  });

  test('two pods of one name, versions of an object, and texts that are no names', () => {
    const path = join(folder, 'versions.pcapng');
    const pod = { kind: 'Pod', name: 'p', namespace: 'a', uid: '1', addresses: ['10.0.0.1'] } as const;
    const frame = readFileSync(named).subarray(file.indexOf(Buffer.from('02000af402070200', 'hex')));
    const ip = Buffer.from(frame.subarray(0, 54));
    ip.set([10, 0, 0, 1], 26);
    const packets = [1n, 11n, 21n, 31n].map((at) => w.packet(0, (START + at * 1_000_000_000n) / 1000n, ip));
    const at = (seconds: bigint): bigint => START + seconds * 1_000_000_000n;
    writeFileSync(path, cat(w.section(), w.interface(), ...packets,
      objectsBlock({ source: 'agent x', objects: [{ ...pod, from: at(0n), labels: { v: '1' } }, { ...pod, from: at(10n), labels: { v: '2' } }] }),
      objectsBlock({ source: 'extension', objects: [{ ...pod, name: 'never', from: at(10n) }] }),
      objectsBlock({ source: 'agent x', objects: [{ ...pod, from: at(10n), until: at(20n), labels: { v: '3', '\u001b[31m': '\n' } }, { ...pod, uid: '2', from: at(30n), name: '\u001b]0;x\u0007' }] }),
      identitiesBlock({ source: 'agent x', flows: [{ flow: 1, protocol: 6, tuple: { a: { ip: 'nonsense', port: 1 }, b: { ip: '10.0.0.1', port: 2 } } }] })));
    const found = fieldsOf(path, ['k8s.src.pod.name', 'k8s.src.label']);
    expect(found.get(1)).toEqual(['p', 'v=1']);
    expect(found.get(2)?.[0]).toBe('p');
    expect(found.get(2)?.[1]).toContain('v=3');
    expect(found.get(3)?.[0]).toBe('');
    expect(ours('-r', path, '-V').stdout).not.toMatch(/[\u001b\u0007]/);
  });
});
