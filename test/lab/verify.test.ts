/**
 * `stratoshark verify --context` against a real API server: what must be allowed and denied is what connections in the
 * cluster just did, which pods a policy selects is what the API server answers to the selector.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { verify } from '../../src/cli/verify.ts';
import { commandUnderTest } from '../policy/command.ts';
import { DEMO_NAMESPACE } from './addons.ts';
import { meaning, policiesInForce, tryAllPairs } from './policyMatrix.ts';
import { describeLab, TestLab } from './testLab.ts';

const policies = join(import.meta.dirname, 'manifests/policies.yaml');
const ports = [8080, 6379];

interface Report {
  readonly state: string;
  readonly policies: readonly { readonly policy: string; readonly groups: readonly { readonly names: readonly string[] }[] }[];
  readonly assertions: readonly { readonly assertion: string; readonly status: string }[];
}

describeLab('verify against the cluster', () => {
  const { run, temporary } = commandUnderTest(verify);
  let it: TestLab;
  let context: string;
  beforeAll(async () => {
    it = new TestLab();
    vi.stubEnv('KUBECONFIG', it.lab.kubeconfig);
    vi.stubEnv('NO_PROXY', it.lab.apiIp);
    context = (await it.kube.must('name the context', ['config', 'current-context'])).trim();
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    it.kube.close();
  });

  /** A line for each pair of applications and port, by what its connections did. */
  async function observed(): Promise<{ readonly allowed: readonly string[]; readonly denied: readonly string[] }> {
    const pods = await it.items(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods`);
    const app = new Map(pods.map(({ metadata }) => [`${DEMO_NAMESPACE}/${metadata.name}`, metadata.labels?.app ?? '']));
    const lines = { allow: new Set<string>(), deny: new Set<string>() };
    for (const { from, to, port, outcome } of await tryAllPairs(it.kube, [DEMO_NAMESPACE], ports)) {
      const said = meaning(outcome);
      if (said !== undefined) lines[said].add(`${DEMO_NAMESPACE}/app=${app.get(from) ?? ''} -> ${DEMO_NAMESPACE}/app=${app.get(to) ?? ''} TCP/${port}`);
    }
    return { allowed: [...lines.allow].sort(), denied: [...lines.deny].sort() };
  }

  const file = (name: string, allow: readonly string[], deny: readonly string[]): string =>
    temporary(name, `must-allow:\n${allow.map((line) => `  - ${line}\n`).join('')}must-deny:\n${deny.map((line) => `  - ${line}\n`).join('')}`);

  test('holds what connections did, and calls every one of the opposites violated', async () => {
    await policiesInForce(it.kube, it.state.nodes);
    const { allowed, denied } = await observed();
    expect(allowed.length).toBeGreaterThan(1);
    expect(denied.length).toBeGreaterThan(5);
    // Nothing is both: all pods of an application stand under the same policies.
    expect(allowed.filter((line) => denied.includes(line))).toEqual([]);

    const right = await run('--policy', policies, '--context', context, '--assert', file('right.yaml', allowed, denied), '--json');
    const report = JSON.parse(right.out) as Report;
    expect(report.assertions.filter(({ status }) => status !== 'holds')).toEqual([]);
    expect(report.assertions).toHaveLength(allowed.length + denied.length);
    expect(right).toMatchObject({ status: 0, err: '' });
    expect(report.state).toContain(context);

    const wrong = await run('--policy', policies, '--context', context, '--assert', file('wrong.yaml', denied, allowed), '--json');
    expect(wrong.status).toBe(1);
    expect((JSON.parse(wrong.out) as Report).assertions.map(({ status }) => status)).toEqual([...allowed, ...denied].map(() => 'violated'));
    process.stderr.write(`verify: ${allowed.length} pairs of applications and ports allowed, ${denied.length} denied, as connected\n`);
  }, 180_000);

  test('names the pods that the API server finds by the same selector', async () => {
    const report = JSON.parse((await run('--policy', policies, '--context', context, '--json')).out) as Report;
    for (const app of ['frontend', 'backend', 'database']) {
      const names = (await it.podsOf(app)).map(({ metadata }) => `${DEMO_NAMESPACE}/${metadata.name}`).sort();
      const policy = report.policies.find((one) => one.policy === `NetworkPolicy/${DEMO_NAMESPACE}/${app}`);
      expect(policy?.groups.flatMap((group) => group.names).sort(), app).toEqual(names);
    }
  });

  test('a context that is not there, and a server that does not answer: cannot tell, in one sentence', async () => {
    const nowhere = await run('--policy', policies, '--context', 'nowhere');
    expect(nowhere.status).toBe(2);
    expect(nowhere.err).toContain('nowhere');
  });
});
