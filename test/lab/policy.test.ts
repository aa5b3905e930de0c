/** NetworkPolicies: what the cluster does with connections, against what src/policy says of the same objects. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_NAMESPACE, manifest } from './addons.ts';
import { type Attempt, meaning, policiesInForce, tryAllPairs } from './policyMatrix.ts';
import { randomPolicies } from './randomPolicies.ts';
import { describeLab, TestLab } from './testLab.ts';

/** Ports of the demo application and of CoreDNS, and two where nobody listens. */
const ports = [53, 80, 8080, 6379, 8443, 8444, 9999];
const seeds = [1, 2, 3, 4, 5, 6];

const disagreements = (attempts: readonly Attempt[]): readonly Attempt[] => attempts.filter(({ outcome, verdict }) => meaning(outcome) !== verdict);

describeLab('NetworkPolicies in the lab', () => {
  let it: TestLab;
  beforeAll(() => {
    it = new TestLab();
  });
  afterAll(() => {
    it.kube.close();
  });

  test('policies: every pair of pods connects or not as src/policy says of the same objects', async () => {
    await policiesInForce(it.kube, it.state.nodes);
    const attempts = await tryAllPairs(it.kube, [DEMO_NAMESPACE, 'kube-system'], ports);
    expect(disagreements(attempts)).toEqual([]);
    const pods = (await Promise.all([DEMO_NAMESPACE, 'kube-system'].map((namespace) => it.items(`/api/v1/namespaces/${namespace}/pods`)))).flat().length;
    expect(attempts).toHaveLength(pods * (pods - 1) * ports.length);
    // Both answers occur, and both kinds of allowed: a port somebody listens on and one nobody does.
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['connected', 'refused', 'timeout']));
    process.stderr.write(`policies: ${attempts.length} connections tried, ${attempts.filter(({ verdict }) => verdict === 'allow').length} allowed\n`);
  }, 180_000);

  test('a change of policies is in force within seconds, and agrees again', async () => {
    await it.kube.apply('allow the client to the database', JSON.stringify({
      apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'test-open', namespace: DEMO_NAMESPACE },
      spec: { podSelector: {}, ingress: [{}], egress: [{ ports: [{ protocol: 'TCP', port: 'redis' }] }], policyTypes: ['Ingress', 'Egress'] },
    }));
    await policiesInForce(it.kube, it.state.nodes, 10);
    const database = `${(await it.onePod('database')).status.podIP ?? ''}:6379`;
    expect(await it.inPod('client', ['/demoapp', 'probe', '-timeout', '1s', database])).toContain('connected');
    const attempts = await tryAllPairs(it.kube, [DEMO_NAMESPACE], [8080, 6379]);
    expect(disagreements(attempts)).toEqual([]);
    await it.kube.must('delete the policy', ['-n', DEMO_NAMESPACE, 'delete', 'networkpolicy', 'test-open']);
  }, 180_000);

  test('policies of every form, from seeds: each pair of pods as src/policy says', async () => {
    const sum = { tried: 0, allowed: 0 };
    try {
      await it.kube.must('delete the demo policies', ['-n', DEMO_NAMESPACE, 'delete', 'networkpolicy', '--all']);
      const pods = await it.items(`/api/v1/namespaces/${DEMO_NAMESPACE}/pods`);
      const addresses = pods.flatMap(({ status }) => status.podIP ?? []);
      for (const seed of seeds) {
        const items = randomPolicies(seed, 5, DEMO_NAMESPACE, addresses);
        await it.kube.apply('create policies', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
        await policiesInForce(it.kube, it.state.nodes);
        const attempts = await tryAllPairs(it.kube, [DEMO_NAMESPACE, 'kube-system'], ports);
        expect(disagreements(attempts), `seed ${seed}: ${JSON.stringify(items)}`).toEqual([]);
        sum.tried += attempts.length;
        sum.allowed += attempts.filter(({ verdict }) => verdict === 'allow').length;
      }
    } finally {
      await it.kube.must('delete the policies', ['-n', DEMO_NAMESPACE, 'delete', 'networkpolicy', '--all']);
      await it.kube.apply('restore the demo policies', manifest('policies.yaml'));
      await policiesInForce(it.kube, it.state.nodes);
    }
    process.stderr.write(`policies from seeds: ${sum.tried} connections tried, ${sum.allowed} allowed\n`);
    // Neither answer is rare: a side that always says one thing would not get through.
    expect(sum.allowed / sum.tried).toBeGreaterThan(0.1);
    expect(sum.allowed / sum.tried).toBeLessThan(0.9);
  }, 300_000);
});
