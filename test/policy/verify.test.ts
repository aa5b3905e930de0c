/** `stratoshark verify`: the small shop from files and from an API server (a small one of our own). Worked out by hand. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verify } from '../../src/cli/verify.ts';
import { parseYaml } from '../../src/policy/yaml.ts';
import { commandUnderTest } from './command.ts';
import { kubeconfig, startFakeApiServer, type FakeApiServer } from './fakeApiServer.ts';

const fixtures = join(import.meta.dirname, '../fixtures/policy');
const shop = join(fixtures, 'shop.yaml');
const backend = join(fixtures, 'backend-netpol.yaml');
const assertions = join(fixtures, 'assertions.yaml');
const { run, temporary } = commandUnderTest(verify);

const mended = (): string => temporary('mended.yaml', readFileSync(backend, 'utf8').replace('tier: frontend', 'tier: web'));

test('who reaches the selected pods, and whom they reach', async () => {
  const { status, out } = await run('--policy', mended(), '--state', shop);
  expect(status).toBe(0);
  expect(out).toContain('NetworkPolicy/shop/backend-netpol: selects 1 pod\n  shop/api-1\n');
  expect(out).toContain('    from shop/web-* (2 pods): TCP 8080\n');
  expect(out).toContain('    to   shop/db-0: TCP 5432\n');
  expect(out).toContain('as expected (from files alone)\n');
});

test('assertions that do not hold are a mismatch, with the deciding lines', async () => {
  const { status, out } = await run('--policy', backend, '--state', shop, '--assert', assertions);
  expect(status).toBe(1);
  expect(out).toContain('VIOLATED  must-allow shop/app=web -> shop/app=api TCP/8080\n');
  expect(out).toContain(`rule 1: peer needs label tier=frontend, pod has tier=web (NetworkPolicy/shop/backend-netpol spec.ingress[0].from[0]) (${backend}:16)`);
  const allow = temporary('allow.yaml', 'must-allow: [shop/app=web -> shop/app=api TCP/8080]\nmust-deny: [shop/app=db -> shop/app=api]\n');
  expect(await run('--policy', mended(), '--state', shop, '--assert', allow)).toMatchObject({ status: 0 });
});

test('JSON, JUnit and SARIF say the same', async () => {
  const json = JSON.parse((await run('--policy', backend, '--state', shop, '--assert', assertions, '--json')).out) as {
    result: string; policies: { policy: string; pods: number; line: number; accepted: boolean }[]; assertions: { status: string }[];
  };
  expect(json).toMatchObject({ result: 'mismatch', state: 'from files alone', policies: [{ policy: 'NetworkPolicy/shop/backend-netpol', pods: 1, line: 2, accepted: true }] });
  expect(json.assertions.map(({ status }) => status)).toEqual(['violated', 'holds', 'holds', 'holds', 'violated', 'holds']);
  const junit = (await run('--policy', backend, '--state', shop, '--assert', assertions, '--junit')).out;
  expect(junit).toContain('<testsuites tests="7" failures="2" errors="0">');
  expect(junit).toContain('<testcase name="must-allow shop/app=web -&gt; shop/app=api TCP/8080" classname="assertions"><failure message="');
  const sarif = JSON.parse((await run('--policy', backend, '--state', shop, '--assert', assertions, '--sarif')).out) as { runs: { results: { ruleId: string; level: string }[] }[] };
  expect(sarif.runs[0]?.results.map(({ ruleId }) => ruleId)).toEqual(['dead-peer', 'dns-blocked', 'assertion-violated', 'assertion-violated']);
});

describe('exit status', () => {
  test.each<readonly [string, readonly string[], number, string]>([
    ['a refused policy is a mismatch', ['--policy', temporary('typo.yaml', readFileSync(backend, 'utf8').replace('ingress:', 'ingres:')), '--state', shop], 1, 'there is no field "ingres"'],
    ['an unknown version is a mismatch', ['--policy', temporary('old.yaml', readFileSync(backend, 'utf8').replace('networking.k8s.io/v1', 'networking.k8s.io/v2')), '--state', shop], 1, 'use networking.k8s.io/v1'],
    ['without pods it cannot be told', ['--policy', backend], 2, 'no pod is known'],
    ['nor where no pod is selected', ['--policy', temporary('none.yaml', readFileSync(backend, 'utf8').replace('tier: backend', 'tier: none')), '--state', shop], 2, 'selects no pod known'],
    ['nor without a policy', ['--policy', shop], 2, 'there is no policy'],
    ['broken YAML', ['--policy', temporary('broken.yaml', 'kind: NetworkPolicy\nspec: [\n')], 2, 'correct the YAML'],
    ['a missing file', ['--policy', join(fixtures, 'nowhere.yaml')], 2, 'there is no such file'],
    ['traffic of now comes later', ['--policy', backend, '--probe'], 2, 'not part of this version'],
    ['no policy named', ['--state', shop], 64, 'usage:'],
    ['an unknown option', ['--policy', backend, '--nonsense'], 64, 'There is no option --nonsense'],
  ])('%s', async (_name, argv, status, said) => {
    const { status: got, out, err } = await run(...argv);
    expect(out + err).toContain(said);
    expect(got).toBe(status);
  });
});

describe('from a cluster', () => {
  const objects = [shop, backend].flatMap((file) => parseYaml(readFileSync(file, 'utf8')).map(({ value }) => value as Record<string, unknown>));
  const ended = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'job-1', namespace: 'shop', labels: { tier: 'web' } }, status: { phase: 'Succeeded' } };
  let server: FakeApiServer | undefined;
  const before = process.env['KUBECONFIG'];
  beforeEach(() => {
    server = undefined;
  });
  afterEach(async () => {
    await server?.stop();
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  });

  async function start(options: Partial<Parameters<typeof startFakeApiServer>[0]> = {}, token?: string): Promise<FakeApiServer> {
    server = await startFakeApiServer({ objects: [...objects, ended], ...options });
    process.env['KUBECONFIG'] = temporary('kubeconfig', kubeconfig(server.url, token));
    return server;
  }

  test('the same answers as from files, by pages, and nothing but GET', async () => {
    const { requests } = await start();
    const { status, out } = await run('--policy', mended(), '--context', 'fake-dev');
    expect(out).toContain('    from shop/web-* (2 pods): TCP 8080\n');
    expect(out).toContain('as expected (from cluster fake-dev)\n');
    expect(out).not.toContain('job-1');
    expect(status).toBe(0);
    expect(requests.filter((line) => line.startsWith('GET /api/v1/pods'))).toEqual([
      'GET /api/v1/pods?limit=500', 'GET /api/v1/pods?limit=500&continue=2', 'GET /api/v1/pods?limit=500&continue=4',
    ]);
    expect(requests.every((line) => line.startsWith('GET '))).toBe(true);
  });

  test('the file stands for the policy of its name in the cluster; other policies of the cluster count', async () => {
    const deny = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'web-out', namespace: 'shop' }, spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'] } };
    await start({ objects: [...objects, deny] });
    const { out } = await run('--policy', mended(), '--context', 'fake-dev');
    // Groups are listed with the selected one first; the web pods may send nothing, so they are among those without a port.
    expect(out).toMatch(/ {4}from .*shop\/web-\* \(2 pods\).*: no port\n/);
    expect(out).not.toContain('TCP 8080');
  });

  test('an expired page is read again in one piece', async () => {
    const { requests } = await start({ expires: true });
    expect((await run('--policy', mended(), '--context', 'fake-dev')).status).toBe(0);
    expect(requests.filter((line) => line.startsWith('GET /api/v1/pods')).slice(0, 3)).toEqual(['GET /api/v1/pods?limit=500', 'GET /api/v1/pods?limit=500&continue=2', 'GET /api/v1/pods']);
  });

  test('what may not be read is said: nodes are left out, without pods there is no answer', async () => {
    await start({ forbidden: ['nodes'] });
    const without = await run('--policy', mended(), '--context', 'fake-dev');
    expect(without.status).toBe(0);
    expect(without.err).toContain('nodes are left out: Your account may not read this (nodes is forbidden');
    await server?.stop();
    await start({ forbidden: ['pods'] });
    expect(await run('--policy', mended(), '--context', 'fake-dev')).toMatchObject({ status: 2, err: expect.stringContaining('cannot list resource "pods"') as string });
  });

  test('credentials, contexts and servers that do not serve are named', async () => {
    await start({}, 'wrong');
    expect((await run('--policy', backend, '--context', 'fake-dev')).err).toContain('does not accept the credentials of context "fake-dev"');
    expect(await run('--policy', backend, '--context', 'other')).toMatchObject({ status: 2, err: 'There is no context "other" in the kubeconfig: it has fake-dev.\n' });
    await server?.stop();
    expect(await run('--policy', backend, '--context', 'fake-dev')).toMatchObject({ status: 2, err: expect.stringContaining('does not answer') as string });
  });
});
