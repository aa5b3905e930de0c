/**
 * What edited policies would do to the flows of a capture: captures made flow by flow, so that what is right is counted
 * from the generator's own list and the policies read by hand; numbers of conversations from tshark.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import type { Conversations } from '../../src/contract/conversations.ts';
import { loadAddon } from '../../src/engine/addon.ts';
import { PolicyService } from '../../src/policy/editor/service.ts';
import { parseYaml } from '../../src/policy/yaml.ts';
import { policyVersion, shopCapture, shopTraffic, type ShopFlow, type ShopOptions } from '../fixtures/generate/shopFlows.ts';

const cli = join(root, 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'what-if-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const text = readFileSync(join(root, 'test/fixtures/policy/backend-netpol.yaml'), 'utf8');
const mended = text.replace('tier: frontend', 'tier: web');
const specOf = (yaml: string): unknown => (parseYaml(yaml)[0]?.value as { readonly spec: unknown }).spec;
const wrong = policyVersion('backend-netpol', specOf(text));

function written(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
let captures = 0;
const captured = (options: ShopOptions = {}, flows: readonly ShopFlow[] = shopTraffic): string => written(`${String(++captures)}.pcapng`, shopCapture(flows, options));
const count = (test: (flow: ShopFlow) => boolean): number => shopTraffic.filter(test).length;

interface Answer {
  readonly result: string;
  readonly captures: readonly { readonly flows: number; readonly judged: number; readonly blocked: number; readonly opened: number; readonly changes: readonly { readonly kind: string; readonly text: string; readonly filter: string; readonly frame: number; readonly reason: string }[]; readonly apart: readonly string[] }[];
}
function verify(policy: string, capture: string, ...more: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'verify', '--policy', written('policy.yaml', policy), '--capture', capture, '--json', ...more], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const answer = JSON.parse(stdout) as Answer;
  return { status, result: answer.result, ...answer.captures[0]! };
}
/** Sentences of what is not judged, by their beginning. */
const apartOf = (apart: readonly string[], about: RegExp): number => Number(/^\d+/.exec(apart.find((line) => about.test(line)) ?? '0')?.[0]);

/** Streams as tshark counts them. */
function tsharkStreams(capture: string, kind: 'tcp' | 'udp'): number {
  const { stdout } = spawnSync('tshark', ['-r', capture, '-Y', kind, '-T', 'fields', '-e', `${kind}.stream`], { encoding: 'utf8' });
  return new Set(stdout.split('\n').filter((line) => line !== '')).size;
}

const webToApi = count(({ from, to }) => from.startsWith('web') && to === 'api-1');
const apiToDb = count(({ from, to }) => from === 'api-1' && to === 'db-0');

describe('the story: the rule wants tier=frontend, the pods have tier=web', () => {
  const capture = captured({ policies: [wrong] });

  test('every flow is counted once, as tshark counts', () => {
    const { flows, judged, apart } = verify(text, capture);
    expect(flows).toBe(shopTraffic.length);
    expect(flows).toBe(tsharkStreams(capture, 'tcp') + tsharkStreams(capture, 'udp'));
    expect(apartOf(apart, /Service's, or was rewritten/)).toBe(count(({ to }) => to === 'api'));
    expect(apartOf(apart, /labels of an end are not known/)).toBe(count(({ from }) => from === 'stranger'));
    // worker-2 is the API's own node, which always gets in; worker-1 may stand for anybody
    expect(apartOf(apart, /a node's address/)).toBe(count(({ from }) => from === 'worker-1'));
    expect(apartOf(apart, /began it was not captured/)).toBe(count(({ play }) => play === 'midway' || play === 'late'));
    expect(apartOf(apart, /refused, or/)).toBe(count(({ play }) => play === 'refused' || play === 'rejected'));
    expect(judged).toBe(count(({ from, to, play }) => (play === 'answered' || play === 'acknowledged' || play === 'unanswered') && to !== 'api' && from !== 'stranger' && from !== 'worker-1'));
  });

  test('as it is, nothing changes', () => {
    expect(verify(text, capture)).toMatchObject({ status: 0, result: 'as expected', blocked: 0, opened: 0 });
  });

  test('an unanswered flow that was allowed before is none that opens', () => {
    const { opened, judged, apart } = verify(mended, captured({ policies: [wrong] }, [{ from: 'web-1', to: 'web-2', port: 8080, protocol: 'tcp', play: 'unanswered' }]));
    expect({ opened, judged, otherwise: apartOf(apart, /unanswered though/) }).toEqual({ opened: 0, judged: 1, otherwise: 1 });
  });

  test('with the label mended the web gets through, and only the web', () => {
    const { status, blocked, opened, changes } = verify(mended, capture);
    expect({ status, blocked, opened }).toEqual({ status: 0, blocked: 0, opened: webToApi });
    expect(new Set(changes.map((change) => change.text))).toEqual(new Set(['shop/web-1 → shop/api-1 TCP 8080', 'shop/web-2 → shop/api-1 TCP 8080']));
    expect(changes[0]?.reason).toContain('so far ingress denied by NetworkPolicy/shop/backend-netpol: rule 1: peer needs label tier=frontend, pod has tier=web');
  });

  test('each change names its packets: its filter shows that flow, from its first packet on', () => {
    for (const { filter, frame, text: ends } of verify(mended, capture).changes) {
      const { stdout } = spawnSync('tshark', ['-r', capture, '-Y', filter, '-T', 'fields', '-e', 'frame.number', '-e', 'ip.src', '-e', 'tcp.dstport'], { encoding: 'utf8' });
      const rows = stdout.trimEnd().split('\n').map((line) => line.split('\t'));
      expect(rows.map(([, from, port]) => `${from} ${port}`), filter).toEqual(Array.from({ length: 3 }, () => `${ends.startsWith('shop/web-1') ? '10.0.0.1' : '10.0.0.2'} 8080`));
      expect(rows[0]?.[0]).toBe(String(frame));
    }
  });

  test('without its egress rule the API loses its database', () => {
    const { status, result, blocked, opened, changes } = verify(text.slice(0, text.indexOf('  egress:')), capture);
    expect({ status, result, blocked, opened }).toEqual({ status: 1, result: 'mismatch', blocked: apiToDb, opened: 0 });
    expect(changes.every((change) => change.text === 'shop/api-1 → shop/db-0 TCP 5432' && change.kind === 'block')).toBe(true);
  });

  test('in words, and as JUnit and SARIF', () => {
    const policy = written('less.yaml', text.slice(0, text.indexOf('  egress:')));
    const run = (...args: string[]): string => spawnSync(process.execPath, [cli, 'verify', '--policy', policy, '--capture', capture, ...args], { encoding: 'utf8' }).stdout;
    expect(run()).toContain(`: would block ${String(apiToDb)} of ${String(shopTraffic.length)} captured flows, open 0\n  block shop/api-1 → shop/db-0 TCP 5432 (tcp.stream == `);
    expect(run('--junit')).toContain('<testsuites tests="2" failures="1" errors="0">');
    const sarif = JSON.parse(run('--sarif')) as { readonly runs: readonly { readonly results: readonly { readonly ruleId: string; readonly message: { readonly text: string } }[] }[] };
    expect(sarif.runs[0]?.results.filter(({ ruleId }) => ruleId === 'flow-blocked').map(({ message }) => message.text)).toEqual([expect.stringContaining(`${String(apiToDb)} of the flows`)]);
  });
});

describe('what the file does not say is not guessed', () => {
  test('no policies in it: what would open is told from the state, or not at all', () => {
    const capture = captured();
    const alone = verify(mended, capture);
    expect(alone).toMatchObject({ blocked: 0, opened: 0 });
    expect(alone.apart.some((line) => line.startsWith('What would be opened cannot be told'))).toBe(true);
    expect(verify(mended, capture, '--state', written('present.yaml', text))).toMatchObject({ blocked: 0, opened: webToApi });
  });

  test('ports by name, of pods whose ports it lacks', () => {
    const { judged, apart, blocked } = verify(text, captured({ ports: false, policies: [wrong] }));
    expect({ blocked, port: apartOf(apart, /name a port/) }).toEqual({ blocked: 0, port: apiToDb });
    expect(judged).toBe(verify(text, captured({ policies: [wrong] })).judged - apiToDb);
  });

  test('labels of namespaces it lacks', () => {
    const byTeam = text.replace('- podSelector:\n            matchLabels:\n              tier: frontend', '- namespaceSelector:\n            matchLabels:\n              team: shop');
    expect(byTeam).not.toBe(text);
    expect(verify(byTeam, captured({ policies: [wrong] }))).toMatchObject({ opened: webToApi });
    const lacking = verify(byTeam, captured({ namespaces: false, policies: [wrong] }));
    expect(lacking).toMatchObject({ opened: 0, judged: 0, status: 2, result: 'cannot tell' });
    const byName = byTeam.replace('team: shop', 'kubernetes.io/metadata.name: shop');
    expect(verify(byName, captured({ namespaces: false, policies: [wrong] }))).toMatchObject({ opened: webToApi });
  });
});

describe('what held when the flow began', () => {
  const three: readonly ShopFlow[] = [0, 1, 2].map(() => ({ from: 'web-2', to: 'api-1', port: 8080, protocol: 'tcp', play: 'unanswered' }));

  test('labels: the third flow began after web-2 got another tier', () => {
    const capture = captured({ policies: [wrong], relabel: { at: 2, labels: { app: 'web', tier: 'other' } } }, three);
    expect(verify(mended, capture)).toMatchObject({ flows: 3, judged: 3, opened: 2 });
  });

  test('policies: only flows begun while the policy held were denied by it', () => {
    const capture = captured({ policies: [policyVersion('backend-netpol', specOf(text), 1, 2)] }, three);
    expect(verify(mended, capture)).toMatchObject({ flows: 3, opened: 1 });
    expect(verify(mended, capture).changes.map(({ filter }) => filter)).toEqual(['tcp.stream == 1']);
  });

  test('a policy of the file that is not edited goes on to count', () => {
    const all = policyVersion('deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
    // what nobody admits among the pods of shop, and what the API admits by the edited policy is open still
    const { blocked, changes } = verify(mended, captured({ policies: [all] }));
    expect(blocked).toBe(count(({ from, to }) => from === 'web-1' && to === 'web-2') + apiToDb);
    expect(changes.every(({ reason }) => reason.includes('NetworkPolicy/shop/deny-all'))).toBe(true);
  });
});

test('a file without flows, and one that is none', () => {
  expect(verify(text, captured({}, []))).toMatchObject({ status: 2, result: 'cannot tell', flows: 0 });
  const { status, stderr } = spawnSync(process.execPath, [cli, 'verify', '--policy', written('p.yaml', text), '--capture', written('none.pcapng', 'nothing')], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).not.toBe('');
});

async function conversationsOf(capture: string): Promise<Conversations> {
  const opened = loadAddon(join(root, 'dist')).open(capture, '{}');
  await new Promise<void>((resolve) => { opened.index((json) => { if (json.includes('"state":"ready"')) resolve(); }); });
  const conversations = JSON.parse(await opened.conversations()) as Conversations;
  opened.close();
  return conversations;
}

test('in the editor: above the policy, with every edit, in milliseconds', async () => {
  const conversations = await conversationsOf(captured({ policies: [wrong] }));
  expect(conversations).toMatchObject({ whole: true, omitted: 0 });

  const service = new PolicyService();
  const uri = 'file:///backend-netpol.yaml';
  const put = (content: string): void => { service.setFiles({ files: [{ uri, text: content, open: true }] }); };
  const lens = (): string | undefined => service.analyse({ uri })?.lenses.find(({ action }) => action === 'whatIf')?.title;
  put(text);
  expect(lens()).toBeUndefined();
  service.setCapture({ uri: 'file:///shop.pcapng', name: 'shop.pcapng', conversations, saved: [] });
  expect(lens()).toBe(`shop.pcapng: would block 0 of ${String(shopTraffic.length)} captured flows, open 0`);
  put(mended);
  expect(lens()).toBe(`shop.pcapng: would block 0 of ${String(shopTraffic.length)} captured flows, open ${String(webToApi)}`);
  expect(service.whatIf({ uri, capture: 'file:///shop.pcapng', policy: 'NetworkPolicy/shop/backend-netpol' }).changes).toHaveLength(webToApi);
  put(text.slice(0, text.indexOf('  egress:')));
  expect(lens()).toContain(`would block ${String(apiToDb)} of`);
  service.removeCapture({ uri: 'file:///shop.pcapng' });
  expect(lens()).toBeUndefined();
});

describe('in the editor: beside each rule what the capture shows of it', () => {
  const uri = 'file:///backend-netpol.yaml';
  const unjudged = count(({ from, to, play }) => to === 'api' || from === 'stranger' || from === 'worker-1' || play === 'midway' || play === 'late');
  const dnsDenied = count(({ from, to, play }) => from === 'api-1' && to === 'dns-1' && play === 'unanswered');

  async function shown(content: string, options: ShopOptions = {}, flows: readonly ShopFlow[] = shopTraffic) {
    const service = new PolicyService();
    service.setFiles({ files: [{ uri, text: content, open: true }] });
    const conversations = await conversationsOf(captured({ policies: [wrong], ...options }, flows));
    service.setCapture({ uri: 'file:///shop.pcapng', name: 'shop.pcapng', conversations, saved: [] });
    const { lenses = [], marks = [] } = service.analyse({ uri }) ?? {};
    const used = lenses.filter(({ action }) => action === 'ruleUse');
    // The place of each mark, by the lines of the file as they are counted by hand.
    const behind = (at: number) => {
      const { policy = '', rule = '' } = used[at] ?? {};
      return service.ruleFlows({ uri, capture: 'file:///shop.pcapng', policy, rule });
    };
    return { behind, titles: used.map(({ title }) => title), marks: marks.map(({ range, use }) => [range.start.line + 1, use]), lastLine: (marks.at(-1)?.range.end.line ?? 0) + 1, removed: () => { service.removeCapture({ uri: 'file:///shop.pcapng' }); return service.analyse({ uri })?.marks; } };
  }

  test('what got through by it, and what it met denied', async () => {
    const { titles, marks, lastLine, removed } = await shown(text);
    expect(lastLine).toBe(28);
    expect(titles).toEqual([`shop.pcapng: 0 flows allowed · ${String(webToApi)} denied`, `shop.pcapng: ${String(apiToDb)} flows allowed · ${String(dnsDenied)} denied`]);
    expect(marks).toEqual([[15, 'denied'], [23, 'allowed']]);
    expect(removed()).toEqual([]);
  });

  test('the flows behind it, each with what shows its packets', async () => {
    const { behind } = await shown(text);
    const begun = (from: RegExp, to: string) => shopTraffic.flatMap((flow, stream) => (from.test(flow.from) && flow.to === to && flow.play !== 'midway' && flow.play !== 'late' ? [`tcp.stream == ${String(stream)}`] : []));
    const [ingress, egress] = [behind(0), behind(1)];
    expect(ingress.counts).toEqual({ allowed: 0, denied: webToApi, unanswered: 0 });
    expect(ingress.flows.map(({ outcome, filter }) => [outcome, filter])).toEqual(begun(/^web/, 'api-1').map((filter) => ['denied', filter]));
    expect(egress.flows.filter(({ outcome }) => outcome === 'allowed').map(({ text: words, filter }) => [words, filter])).toEqual(begun(/^api-1$/, 'db-0').map((filter) => ['shop/api-1 → shop/db-0 TCP 5432', filter]));
    expect(egress.flows.filter(({ outcome }) => outcome === 'denied').every(({ text: words }) => words.startsWith('shop/api-1 → kube-system/dns-1 '))).toBe(true);
    expect(egress.counts.denied).toBe(dnsDenied);
  });

  test('a flow that one end denies counts at that end alone', async () => {
    const web = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web, namespace: shop}\nspec:\n  podSelector: {matchLabels: {tier: web}}\n  policyTypes: [Egress]\n  egress:\n    - to: [{podSelector: {matchLabels: {tier: nobody}}}]\n';
    const { titles, marks } = await shown(`${mended}---\n${web}`);
    expect(titles[0]).toMatch(/^shop.pcapng: unused as far as can be told/);
    expect(titles[2]).toBe(`shop.pcapng: 0 flows allowed · ${String(webToApi)} denied`);
    expect(marks).toEqual([[15, 'unused'], [23, 'allowed'], [37, 'denied']]);
  });

  test('unanswered flows that a rule allows are no proof either way', async () => {
    const { titles, marks } = await shown(mended);
    expect(titles[0]).toBe(`shop.pcapng: ${String(webToApi)} flows unanswered`);
    expect(marks).toEqual([[23, 'allowed']]);
  });

  test('unused only as far as flows can be judged', async () => {
    const more = text.replace('  egress:', '    - from:\n        - podSelector:\n            matchLabels:\n              tier: nobody\n      ports:\n        - port: 9999\n  egress:');
    const { titles, marks } = await shown(more);
    expect(titles[1]).toBe(`shop.pcapng: unused as far as can be told (${String(unjudged)} flows cannot be judged)`);
    expect(marks).toEqual([[15, 'denied'], [22, 'unused'], [29, 'allowed']]);
    const certain = await shown(more, {}, shopTraffic.filter(({ from, to, play }) => from === 'api-1' && to === 'db-0' && play === 'answered'));
    expect(certain.titles).toEqual(['shop.pcapng: unused', 'shop.pcapng: unused', 'shop.pcapng: 3 flows allowed · 0 denied']);
  });

  test('where the file tells too little no rule is called used or unused', async () => {
    // The rule for the database names a port, and the file has no ports: which rule let it through nobody can say.
    const { titles, marks } = await shown(text, { ports: false }, shopTraffic.filter(({ from, to }) => from === 'api-1' && to === 'db-0'));
    expect({ titles, marks }).toEqual({ titles: [], marks: [] });
    expect((await shown(text, {}, [])).marks).toEqual([]);
  });
});
