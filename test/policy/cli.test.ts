/** The policy subcommands on a small shop: what they print and how they end, worked out by hand. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { policy, policyCommands } from '../../src/cli/policy.ts';
import { commandUnderTest } from './command.ts';

const fixtures = join(import.meta.dirname, '../fixtures/policy');
const shop = join(fixtures, 'shop.yaml');
const backend = join(fixtures, 'backend-netpol.yaml');
const { run, temporary } = commandUnderTest(policy);

test('explain names the rule that nearly matches, where it stands and what mends it', async () => {
  const { status, out } = await run('explain', '--from', 'shop/web-1', '--to', 'service:shop/api', '--port', '80', shop, backend);
  expect(status).toBe(1);
  expect(out).toContain('shop/web-1 -> shop/api-1 TCP/8080: DENIED');
  expect(out).toContain(`${backend}:16:11: NetworkPolicy/shop/backend-netpol spec.ingress[0].from[0]: rule 1: peer needs label tier=frontend, pod has tier=web`);
  expect(out).toContain('at /spec/ingress/0/from/-:\n    podSelector:\n      matchLabels:\n        tier: web\n');
});

test('explain of an allowed flow names the rule that allows it', async () => {
  const { status, out } = await run('explain', '--from', 'shop/api-1', '--to', 'shop/db-0', '--port', 'postgres', '--json', shop, backend);
  expect(status).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'allow',
    port: 5432,
    egress: { decidedBy: 'networkpolicy', rules: [{ policy: 'NetworkPolicy/shop/backend-netpol', path: 'spec.egress[0]', place: `${backend}:23:7` }] },
    ingress: { decidedBy: 'default' },
    why: null,
  });
});

test('explain says what it does not know', async () => {
  const unknown = await run('explain', '--from', 'shop/nobody', '--to', 'shop/db-0', '--port', '1', shop);
  expect(unknown).toMatchObject({ status: 2, err: 'shop/nobody matches no pod: check the name, or add the pods to the files given.\n' });
  expect((await run('explain', shop)).status).toBe(64);
});

test('assert answers each line, with a counterexample', async () => {
  const { status, out } = await run('assert', '--assertions', join(fixtures, 'assertions.yaml'), '--json', shop, backend);
  const answers = out.trim().split('\n').map((line) => JSON.parse(line) as { status: string; counterexample?: unknown });
  expect(status).toBe(1);
  expect(answers.map((answer) => answer.status)).toEqual(['violated', 'holds', 'holds', 'holds', 'violated', 'holds']);
  expect(answers[4]?.counterexample).toMatchObject({ from: 'shop/web-1', to: 'shop/db-0', port: 5432, verdict: 'allow' });
  const unknown = temporary('unknown.yaml', 'must-deny: [shop/app=cart -> shop/app=db]\n');
  expect((await run('assert', '--assertions', unknown, shop)).status).toBe(2);
  const wrong = temporary('wrong.yaml', 'must-deny:\n  - shop/app=cart to shop/app=db\n');
  expect(await run('assert', '--assertions', wrong, shop)).toMatchObject({ status: 2, err: expect.stringContaining(`${wrong}:2:5: `) as string });
});

test.each(Object.keys(policyCommands))('%s --help prints its usage alone', async (name) => {
  expect(await run(name, '--help')).toMatchObject({ status: 0, out: expect.stringContaining(`usage: stratoshark policy ${name} `) as string, err: '' });
});

test('diff says what opens and closes', async () => {
  const opened = temporary('opened.yaml', '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: backend-netpol, namespace: shop}, spec: {podSelector: {matchLabels: {tier: backend}}, ingress: [{from: [{podSelector: {matchLabels: {tier: web}}}], ports: [{port: 8080}]}]}}\n');
  const { status, out } = await run('diff', backend, opened, '--cluster', shop, '--json');
  expect(status).toBe(1);
  const diff = JSON.parse(out) as { pairsOpened: number; pairsClosed: number; differences: { from: { text: string }; to: { text: string }; opens?: string; closes?: string }[] };
  // Opened: 2 web pods to the api on 8080; the api's egress, no longer limited, to 2 web pods, the database and DNS.
  expect(diff.pairsOpened).toBe(6);
  expect(diff.pairsClosed).toBe(0);
  expect(diff.differences.find(({ to }) => to.text === 'shop/api-1')).toMatchObject({ from: { text: 'shop/web-1, shop/web-2' }, opens: 'TCP 8080' });
  expect(await run('diff', backend, backend, '--cluster', shop)).toMatchObject({ status: 0, out: 'pairs of pods opened: 0, closed: 0\n' });
});

test('lint finds what is valid and yet not meant', async () => {
  const { status, out } = await run('lint', '--json', '--hygiene', backend, '--cluster', shop);
  expect(status).toBe(0);
  const [document, general] = out.trim().split('\n').map((line) => JSON.parse(line) as { warnings: { rule: string; line: number; message: string }[] });
  expect(document).toMatchObject({ file: backend, document: 0, accepted: true, errors: [] });
  expect(document?.warnings.map(({ rule, line }) => [rule, line])).toEqual([['dead-peer', 16], ['dns-blocked', 22]]);
  expect(document?.warnings[0]?.message).toContain('2 pods of namespace shop have tier=web');
  expect(general?.warnings.map(({ rule }) => rule)).toEqual(['missing-default-deny', 'missing-default-deny']);
});

test('lint finds covered rules, selectors of nothing and port names nobody has', async () => {
  const file = temporary('sloppy.yaml', `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: sloppy, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: web}}}]
      ports: [{port: 8080}]
    - from: [{podSelector: {}}]
    - ports: [{port: https}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nobody, namespace: shop}
spec:
  podSelector: {matchLabels: {app: cart}}
`);
  const { out } = await run('lint', '--json', '--hygiene', file, '--cluster', shop);
  const warnings = out.trim().split('\n').flatMap((line) => (JSON.parse(line) as { warnings: { rule: string; field: string }[] }).warnings).filter(({ rule }) => rule !== 'missing-default-deny');
  expect(warnings.map(({ rule, field }) => [rule, field]).sort()).toEqual([
    ['dead-selector', 'spec.podSelector'],
    ['redundant-rule', 'spec.ingress[0]'],
    ['unknown-port-name', 'spec.ingress[2].ports[0]'],
  ]);
});

test('lint as SARIF points at the line', async () => {
  const broken = temporary('broken.yaml', 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: a\nspec:\n  ingres: []\n');
  const { status, out } = await run('lint', '--sarif', broken);
  expect(status).toBe(1);
  const log = JSON.parse(out) as { runs: { results: unknown[] }[] };
  expect(log.runs[0]?.results).toMatchObject([
    { ruleId: 'refused', level: 'error', message: { text: 'spec.ingres: there is no field "ingres" in NetworkPolicySpec; did you mean "ingress"?' }, locations: [{ physicalLocation: { region: { startLine: 6, startColumn: 3 } } }] },
  ]);
});

test('lint ends with one sentence where a file cannot be read', async () => {
  expect(await run('lint', join(fixtures, 'nothing.yaml'))).toMatchObject({ status: 2, err: expect.stringContaining('there is no such file') as string });
  expect((await run('lint')).status).toBe(64);
  expect((await run('lint', '--no-such', shop)).status).toBe(64);
  expect((await run('polish')).status).toBe(64);
});

test('eval answers cases, plain or compressed, and goes on after a bad line', async () => {
  const item = {
    name: 'one',
    policies: [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p', namespace: 'a' }, spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { tier: 'frontend' } } }] }] } }],
    namespaces: [{ name: 'a', labels: {} }],
    pods: [
      { ns: 'a', name: 'x', labels: { tier: 'web' }, ip: '10.0.0.1', containers: [] },
      { ns: 'a', name: 'y', labels: { tier: 'db' }, ip: '10.0.0.2', containers: [] },
    ],
    probes: [
      { from: { ns: 'a', pod: 'x' }, to: { ns: 'a', pod: 'y' }, port: 80, protocol: 'TCP', expected: 'allow' },
      { from: { ns: 'a', pod: 'y' }, to: { ip: '192.0.2.1' }, port: 80, protocol: 'TCP' },
      { from: { ns: 'a', pod: 'z' }, to: { ip: '192.0.2.1' }, port: 80, protocol: 'TCP' },
    ],
  };
  const file = temporary('cases.jsonl.gz', gzipSync(`${JSON.stringify(item)}\nnot json\n`));
  const { status, out, err } = await run('eval', '--cases', file);
  expect(status).toBe(2);
  expect(err).toContain('Line 2 of ');
  const object = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: 'a', name: 'p' };
  expect(JSON.parse(out)).toEqual({
    name: 'one',
    verdicts: ['deny', 'allow', null],
    denied_by: ['ingress', null, null],
    why: [
      {
        isolated_by: ['NetworkPolicy/a/p'],
        nearest: { policy: 'NetworkPolicy/a/p', path: 'spec.ingress[0].from[0]', reason: 'rule 1: peer needs label tier=frontend, pod has tier=web' },
        change: [{ object, op: 'add', path: '/spec/ingress/-', value: { from: [{ podSelector: { matchLabels: { tier: 'web' } } }], ports: [{ protocol: 'TCP', port: 80 }] } }],
        narrower: [
          {
            object: { ...object, name: 'allow-ingress-x-to-y-80' },
            op: 'add',
            path: '',
            value: {
              apiVersion: 'networking.k8s.io/v1',
              kind: 'NetworkPolicy',
              metadata: { name: 'allow-ingress-x-to-y-80', namespace: 'a' },
              spec: {
                podSelector: { matchLabels: { tier: 'db' } },
                policyTypes: ['Ingress'],
                ingress: [{ from: [{ podSelector: { matchLabels: { tier: 'web' } } }], ports: [{ protocol: 'TCP', port: 80 }] }],
              },
            },
          },
        ],
      },
      null,
      null,
    ],
    errors: [{ probe: 2, message: 'There is no pod a/z: check the name, or add the pod to the files given.' }],
  });
});
