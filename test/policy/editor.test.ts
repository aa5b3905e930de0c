/** The editor's analysis on a small shop, worked out by hand: lenses, marks, fixes, hover, completion, explanation, page. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PolicyEdit } from '../../src/contract/policy.ts';
import { PolicyService } from '../../src/policy/editor/service.ts';
import { offsetAt } from '../../src/policy/editor/files.ts';

const fixtures = join(import.meta.dirname, '../fixtures/policy');
const textOf = (name: string): string => readFileSync(join(fixtures, name), 'utf8');
const uri = 'file:///backend-netpol.yaml';

function serviceWith(files: Readonly<Record<string, string>>): PolicyService {
  const service = new PolicyService();
  service.setFiles({ files: Object.entries(files).map(([name, text]) => ({ uri: `file:///${name}`, text, open: false })) });
  return service;
}

const shop = (policy = textOf('backend-netpol.yaml')): PolicyService =>
  serviceWith({ 'shop.yaml': textOf('shop.yaml'), 'backend-netpol.yaml': policy, 'assertions.yaml': textOf('assertions.yaml') });

/** The text with edits applied, last first. */
function edited(text: string, edits: readonly PolicyEdit[]): string {
  return [...edits]
    .sort((a, b) => offsetAt(text, b.range.start) - offsetAt(text, a.range.start))
    .reduce((now, { range, text: put }) => now.slice(0, offsetAt(text, range.start)) + put + now.slice(offsetAt(text, range.end)), text);
}

const everywhere = { start: { line: 0, character: 0 }, end: { line: 10_000, character: 0 } };

function fixOf(service: PolicyService, title: string | RegExp, of = uri) {
  const found = service.fixes({ uri: of, range: everywhere }).find(({ fix }) => (typeof title === 'string' ? fix.title === title : title.test(fix.title)));
  if (found === undefined) throw new Error(`there is no fix ${String(title)}`);
  return found.fix;
}

/** The position of a text, and behind it. */
function after(text: string, part: string) {
  const offset = text.indexOf(part) + part.length;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

test('lenses count pods: one api, no frontend, one database', () => {
  const lenses = shop().analyse({ uri })?.lenses ?? [];
  expect(lenses.map(({ title, range }) => [range.start.line + 1, title])).toEqual([
    [2, 'Verify'], [2, 'selects 1 pod · from files alone'], [2, 'show reachability'],
    [15, 'allows 0 → 1 pod · from files alone'],
    [23, 'allows 1 → 1 pod · from files alone'],
  ]);
});

test('an object of a cluster is judged by that cluster, and by files alone where it cannot be read', () => {
  const service = shop();
  const opened = 'stratoshark-object:/prod/guard.yaml';
  const pod = (name: string, tier: string) => ({ kind: 'Pod', metadata: { name, namespace: 'shop', labels: { tier } }, spec: {}, status: { podIP: '10.1.0.1' } });
  const selects = (of: string) => service.analyse({ uri: of })?.lenses.find(({ action }) => action === 'selects')?.title;
  service.setFiles({ files: [{ uri: opened, text: textOf('backend-netpol.yaml'), open: true, cluster: 'prod' }] });
  expect(selects(opened)).toBe('selects 1 pod · from files alone');
  service.setCluster({ context: 'prod', label: 'from cluster prod', objects: [pod('a', 'backend'), pod('b', 'backend'), pod('c', 'frontend')] });
  expect(selects(opened)).toBe('selects 2 pods · from cluster prod');
  expect(selects(uri)).toBe('selects 1 pod · from files alone');
  expect(service.hover({ uri: opened, position: after(textOf('backend-netpol.yaml'), 'tier: frontend') })?.lines.join()).toContain('shop/c');
  service.setCluster({ context: 'prod', label: 'from files alone: cluster prod cannot be read' });
  expect(selects(opened)).toBe('selects 1 pod · from files alone: cluster prod cannot be read');
});

test('a chosen cluster is what files of the workspace are judged by, with the assertions of the files; unread, the files are', () => {
  const service = shop();
  const selects = () => service.analyse({ uri })?.lenses.find(({ action }) => action === 'selects')?.title;
  const pod = (name: string, tier: string) => ({ kind: 'Pod', metadata: { name, namespace: 'shop', labels: { tier, app: name } }, spec: { containers: [{ ports: [{ containerPort: 7070, name: 'grpc' }] }] }, status: { podIP: '10.1.0.1' } });
  service.setSource({ kind: 'cluster', label: 'from files alone, until cluster prod is read', context: 'prod' });
  expect(selects()).toBe('selects 1 pod · from files alone, until cluster prod is read');
  service.setCluster({ context: 'prod', label: 'from cluster prod', objects: [pod('a', 'backend'), pod('b', 'backend'), pod('c', 'checkout')] });
  expect(selects()).toBe('selects 2 pods · from cluster prod');
  expect(service.ends().map(({ id }) => id)).toEqual(['shop/a', 'shop/b', 'shop/c']);
  const asked = textOf('backend-netpol.yaml').replace('tier: frontend', 'tier: ');
  service.setFiles({ files: [{ uri, text: asked, open: true }] });
  expect(service.complete({ uri, position: after(asked, '              tier: ') }).map(({ label }) => label)).toContain('checkout');
  expect(service.panel({ uri, policy: '' }).assertions.length).toBeGreaterThan(0);
  service.setCluster({ context: 'prod', label: 'from files alone: cluster prod cannot be read' });
  expect(selects()).toBe('selects 1 pod · from files alone: cluster prod cannot be read');
});

test('the near miss is marked where it stands and mended by one word', () => {
  const service = shop();
  const text = textOf('backend-netpol.yaml');
  const diagnostics = service.analyse({ uri })?.diagnostics ?? [];
  expect(diagnostics.map(({ code, severity, range }) => [code, severity, range.start.line + 1])).toEqual([['dead-peer', 'warning', 18], ['dns-blocked', 'warning', 22]]);
  expect(diagnostics[0]?.message).toContain('2 pods of namespace shop have tier=web: is that meant?');
  expect(text.split('\n')[17]?.slice(diagnostics[0]?.range.start.character, diagnostics[0]?.range.end.character)).toBe('tier: frontend');
  const mended = edited(text, fixOf(service, 'Change tier=frontend to tier=web (2 pods of namespace shop)').edits);
  expect(mended).toBe(text.replace('tier: frontend', 'tier: web'));
  const now = shop(mended);
  expect(now.analyse({ uri })?.diagnostics.map(({ code }) => code)).toEqual(['dns-blocked']);
  expect(now.explain({ from: 'shop/web-1', to: 'shop/api-1', port: '8080', protocol: 'TCP' }).verdict).toBe('allow');
});

test('DNS is allowed by a rule in the style of the file, and the comments stay', () => {
  const text = textOf('backend-netpol.yaml').replace('        - port: postgres\n', '        - port: postgres # the database\n# the end\n');
  const service = shop(text);
  const mended = edited(text, fixOf(service, /^Allow DNS/).edits);
  expect(mended.startsWith(text.slice(0, text.indexOf('# the end')).trimEnd())).toBe(true);
  expect(mended.endsWith('\n# the end\n')).toBe(true);
  expect(shop(mended).explain({ from: 'shop/api-1', to: 'kube-system/coredns-1', port: '53', protocol: 'UDP' }).verdict).toBe('allow');
});

test('hover lists the pods a selector means', () => {
  const text = textOf('backend-netpol.yaml');
  const service = shop();
  expect(service.hover({ uri, position: after(text, 'app: d') })).toMatchObject({
    title: 'This peer means 1 pod in namespace shop', lines: ['shop/db-0: app=db, tier=database'], footer: 'spec.egress[0].to[0] · from files alone',
  });
  expect(service.hover({ uri, position: after(text, 'tier: backe') })).toMatchObject({ title: 'The policy selects 1 pod in namespace shop', lines: ['shop/api-1: app=api, tier=backend'] });
  expect(service.hover({ uri, position: after(text, 'port: 80') })).toMatchObject({ title: '1 pod of 1 that receive here declare this port' });
  expect(service.hover({ uri, position: after(text, 'kind: Net') })).toBeUndefined();
});

describe('completion from half-typed text', () => {
  const head = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: x\n  namespace: shop\nspec:\n';
  const complete = (typed: string): readonly string[] => {
    const [before = '', behind = ''] = (head + typed).split('|');
    const service = shop(before + behind);
    const lines = before.split('\n');
    return service.complete({ uri, position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } }).map(({ insert }) => insert);
  };

  test.each<readonly [string, string, readonly string[]]>([
    ['values of a label', '  podSelector:\n    matchLabels:\n      tier: |\n', ['web', 'backend', 'database']],
    ['values behind a colon without a space', '  podSelector:\n    matchLabels:\n      tier:|\n', [' web', ' backend', ' database']],
    ['keys', '  podSelector:\n    matchLabels:\n      |\n', ['app: ', 'tier: ']],
    ['keys that are not there yet', '  podSelector:\n    matchLabels:\n      app: api\n      t|\n', ['tier: ']],
    ['keys of a peer in the middle of text', '  ingress:\n  - from:\n    - podSelector:\n        matchLabels:\n          |\n    ports: [\n', ['app: ', 'tier: ', 'k8s-app: ']],
    ['namespaces by name', '  ingress:\n    - from:\n        - namespaceSelector:\n            matchLabels:\n              kubernetes.io/metadata.name: |\n', ['shop', 'kube-system']],
    ['ports of an ingress rule', '  ingress:\n    - ports:\n        - port: |\n', ['8080', 'http', '5432', 'postgres']],
    ['protocols', '  ingress:\n    - ports:\n        - protocol: |\n', ['TCP', 'UDP', 'SCTP']],
    ['types', '  policyTypes:\n    - |\n', ['Ingress', 'Egress']],
    ['keys of an expression', '  podSelector:\n    matchExpressions:\n      - key: |\n', ['app', 'tier']],
    ['values of an expression', '  podSelector:\n    matchExpressions:\n      - key: tier\n        operator: In\n        values:\n          - |\n', ['web', 'backend', 'database']],
    ['nothing where nothing is known', '  ingress:\n    - from: |\n', []],
    ['nothing in a comment', '  podSelector:\n    matchLabels:\n      # tier: |\n', []],
  ])('%s', (_name, typed, expected) => {
    expect(complete(typed)).toEqual(expected);
  });
});

test('an explanation names the deciding line, and its change works', () => {
  const service = shop();
  const text = textOf('backend-netpol.yaml');
  const { verdict, headline, lines, decisive, fixes } = service.explain({ from: 'shop/web-1', to: 'service:shop/api', port: '80', protocol: 'TCP' });
  expect(verdict).toBe('deny');
  expect(headline).toBe('shop/web-1 → shop/api-1 TCP 8080: denied by ingress');
  expect(decisive).toMatchObject({ uri, range: { start: { line: 15 } } });
  expect(lines.map(({ text: line }) => line).join('\n')).toContain('rule 1: peer needs label tier=frontend, pod has tier=web');
  const mended = edited(text, fixes[0]?.edits ?? []);
  expect(mended).toContain('              tier: frontend\n        - podSelector:\n            matchLabels:\n              tier: web\n      ports:');
  expect(shop(mended).explain({ from: 'shop/web-1', to: 'shop/api-1', port: '8080', protocol: 'TCP' }).verdict).toBe('allow');
  expect(() => service.explain({ from: 'shop/nobody', to: 'shop/api-1', port: '1', protocol: 'TCP' })).toThrow('shop/nobody is no pod known');
  expect(() => service.explain({ from: 'shop/web-1', to: 'shop/api-1', port: '70000', protocol: 'TCP' })).toThrow('70000 is no port');
});

test('the page: groups, cells, findings, assertions', () => {
  const service = shop();
  const panel = service.panel({ uri, policy: 'NetworkPolicy/shop/backend-netpol' });
  expect(panel.groups.map(({ text, pods, selected }) => [text, pods, selected])).toEqual([
    ['shop/api-1', 1, true], ['kube-system/coredns-1', 1, false], ['shop/db-0', 1, false], ['shop/web-*', 2, false], ['other IPv4 addresses', 0, false],
  ]);
  const all = [0, 1, 2, 3, 4];
  // Worked out by hand: the api takes nothing and sends to the database's 5432 only; all else is open.
  expect([...service.cells({ edition: panel.edition, rows: all, columns: all })]).toEqual([
    3, 0, 1, 0, 0,
    0, 3, 2, 2, 2,
    0, 2, 3, 2, 2,
    0, 2, 2, 2, 2,
    0, 2, 2, 2, 3,
  ]);
  expect(panel.assertions.map(({ status }) => status)).toEqual(['violated', 'holds', 'holds', 'holds', 'violated', 'holds']);
  expect(panel.findings.map(({ rule }) => rule)).toEqual(['dead-peer', 'dns-blocked', 'missing-default-deny', 'missing-default-deny']);
  const cell = service.cell({ edition: panel.edition, from: 0, to: 2 });
  expect(cell.ports).toBe('TCP 5432');
  expect(cell.explanations.map(({ verdict }) => verdict)).toEqual(['deny', 'allow']);
  service.panel({ uri, policy: '' });
  expect(() => service.cells({ edition: panel.edition, rows: [0], columns: [0] })).toThrow();
});

test('workloads stand for their pods, and the unsaved text of a file goes before the other files', () => {
  const deployment = (tier: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: front, namespace: shop}\nspec:\n  replicas: 3\n  template:\n    metadata: {labels: {tier: ${tier}}}\n    spec: {containers: [{name: c}]}\n`;
  const service = serviceWith({ 'shop.yaml': textOf('shop.yaml'), 'backend-netpol.yaml': textOf('backend-netpol.yaml'), 'front.yaml': deployment('other') });
  const rule = (): string | undefined => service.analyse({ uri })?.lenses[3]?.title;
  expect(rule()).toBe('allows 0 → 1 pod · from files alone');
  service.setFiles({ files: [{ uri: 'file:///front.yaml', text: deployment('frontend'), open: true }] });
  expect(rule()).toBe('allows 1 → 1 pod · from files alone');
  service.setFiles({ files: [{ uri: 'file:///front.yaml', text: undefined, open: false }] });
  expect(rule()).toBe('allows 0 → 1 pod · from files alone');
});

test('a chosen state counts alone, and every answer says so', () => {
  const service = shop();
  service.setSource({ kind: 'chosen', label: 'from cluster.yaml alone', uris: ['file:///cluster.yaml'] });
  expect(service.analyse({ uri })?.lenses[1]?.title).toBe('selects 0 pods · from cluster.yaml alone');
  service.setFiles({ files: [{ uri: 'file:///cluster.yaml', text: textOf('shop.yaml'), open: false }] });
  expect(service.analyse({ uri })?.lenses[1]?.title).toBe('selects 1 pod · from cluster.yaml alone');
});

const policyYaml = (name: string, spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: ${spec}\n`;

test('rule lenses name both sides: pods, blocks, everyone; and what admin rules do', () => {
  const text = [
    policyYaml('sides', '{podSelector: {matchLabels: {tier: backend}}, ingress: [{}, {from: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {matchLabels: {tier: web}}}]}], egress: [{to: [{podSelector: {matchLabels: {tier: web}}}]}]}'),
    'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: wall}\nspec:\n  priority: 5\n  subject: {namespaces: {matchLabels: {team: shop}}}\n  ingress:\n    - action: Deny\n      from: [{namespaces: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]\n',
  ].join('---\n');
  const titles = shop(text).analyse({ uri })?.lenses.map(({ title }) => title.replace(' · from files alone', ''));
  expect(titles).toEqual([
    'Verify', 'selects 1 pod', 'show reachability', 'allows anyone → 1 pod', 'allows 2 pods + 10.0.0.0/8 → 1 pod', 'allows 1 → 2 pods',
    // The shop's namespace has two web pods, the api and the database; kube-system has one pod.
    'Verify', 'selects 4 pods', 'show reachability', 'denies 1 → 4 pods',
  ]);
});

test('the deciding line is one of the direction that denies', () => {
  const out = policyYaml('out', '{podSelector: {matchLabels: {tier: web}}, policyTypes: [Egress], egress: [{}]}');
  const service = serviceWith({ 'shop.yaml': textOf('shop.yaml'), 'backend-netpol.yaml': textOf('backend-netpol.yaml'), 'out.yaml': out });
  const { decisive, lines } = service.explain({ from: 'shop/web-1', to: 'shop/api-1', port: '8080', protocol: 'TCP' });
  expect(lines[0]?.text).toBe('egress: allowed by');
  expect(decisive?.uri).toBe(uri);
});

test('of two files with the same policy each is judged by its own', () => {
  const other = textOf('backend-netpol.yaml').replace('tier: backend', 'tier: web');
  const service = serviceWith({ 'shop.yaml': textOf('shop.yaml'), 'a.yaml': other, 'backend-netpol.yaml': textOf('backend-netpol.yaml') });
  const selects = (of: string): string | undefined => service.analyse({ uri: of })?.lenses[1]?.title;
  expect(selects('file:///a.yaml')).toBe('selects 2 pods · from files alone');
  expect(selects(uri)).toBe('selects 1 pod · from files alone');
});

test('findings that need no cluster of their own are mended too: a rule that adds nothing, a port nobody has', () => {
  const text = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: more
  namespace: shop
spec:
  podSelector:
    matchLabels:
      tier: backend
  ingress:
    # the whole namespace
    - from:
        - podSelector: {}
    # the web alone
    - from:
        - podSelector:
            matchLabels:
              tier: web
      ports:
        - port: 80
`;
  const service = shop(text);
  expect(service.analyse({ uri })?.diagnostics.map(({ code, severity, unnecessary }) => [code, severity, unnecessary])).toEqual([
    ['undeclared-port', 'information', false], ['redundant-rule', 'hint', true],
  ]);
  expect(edited(text, fixOf(service, 'Remove the rule').edits)).toBe(text.slice(0, text.indexOf('    - from:\n        - podSelector:\n            matchLabels')));
  expect(edited(text, fixOf(service, 'Use port 8080 (http)').edits)).toBe(text.replace('port: 80\n', 'port: 8080\n'));
});

describe('completion in JSON that is being typed', () => {
  const json = (spec: string): string => `{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",\n "metadata": {"name": "p", "namespace": "shop"},\n "spec": ${spec}`;
  /** What is offered at `|`, and the text with the first choice taken. */
  function offered(spec: string, of = 'p.json') {
    const marked = json(spec);
    const at = marked.indexOf('|');
    const text = marked.replace('|', '');
    const service = serviceWith({ 'shop.yaml': textOf('shop.yaml'), [of]: text });
    const before = marked.slice(0, at).split('\n');
    const found = service.complete({ uri: `file:///${of}`, position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 } });
    const [first] = found;
    const taken = first === undefined ? '' : edited(text, [{ uri: '', range: first.range, text: first.insert, expected: '' }]);
    return { labels: found.map(({ label }) => label), taken };
  }

  test.each([
    ['a label, nothing typed', '{"podSelector": {"matchLabels": {|', ['app', 'tier'], '{"podSelector": {"matchLabels": {"app": '],
    ['a label in quotes, closed', '{"podSelector": {"matchLabels": {"|": "x"}}}}', ['app', 'tier'], '{"podSelector": {"matchLabels": {"app": "x"}}}}'],
    ['a value half-typed', '{"podSelector": {"matchLabels": {"app": "w|', ['web', 'api', 'db'], '{"podSelector": {"matchLabels": {"app": "web"'],
    ['a value where another stands', '{"podSelector": {"matchLabels": {"app": "w|rong"}}}}', ['web', 'api', 'db'], '{"podSelector": {"matchLabels": {"app": "web"}}}}'],
    ['values of an expression whose key follows', '{"podSelector": {"matchExpressions": [{"values": ["|"], "operator": "In", "key": "tier"}]}}}', ['web', 'backend', 'database'], '{"podSelector": {"matchExpressions": [{"values": ["web"], "operator": "In", "key": "tier"}]}}}'],
    ['values of an expression whose key stands before', '{"podSelector": {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["web", |', ['web', 'backend', 'database'], '{"podSelector": {"matchExpressions": [{"key": "tier", "operator": "In", "values": ["web", "web"'],
    ['a namespace\'s label', '{"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"team": |', ['shop'], '{"ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"team": "shop"'],
    ['a protocol', '{"egress": [{"ports": [{"protocol": "|"}]}]}}', ['TCP', 'UDP', 'SCTP'], '{"egress": [{"ports": [{"protocol": "TCP"}]}]}}'],
    ['types', '{"policyTypes": [|]}}', ['Ingress', 'Egress'], '{"policyTypes": ["Ingress"]}}'],
  ])('%s', (_name, spec, labels, taken) => {
    const found = offered(spec);
    expect(found.labels).toEqual(expect.arrayContaining([...labels]));
    expect(found.labels.every((label) => [...labels, 'k8s-app', 'kubernetes.io/metadata.name', 'kube-dns'].includes(label))).toBe(true);
    expect(found.taken).toBe(json(taken));
  });

  test('ports: numbers bare, names quoted', () => {
    const { labels, taken } = offered('{"ingress": [{"ports": [{"port": |}]}]}}');
    expect(labels).toEqual(expect.arrayContaining(['8080', 'http', '5432', 'postgres']));
    expect(taken).toBe(json('{"ingress": [{"ports": [{"port": 8080}]}]}}'));
    expect(offered('{"ingress": [{"ports": [{"port": "ht|"}]}]}}').labels).toContain('http');
  });

  test('nothing in other objects, behind the end, and in what is no policy', () => {
    expect(offered('{"podSelector": {}}} |').labels).toEqual([]);
    expect(offered('{"podSelector": {"other": {|').labels).toEqual([]);
  });
});
