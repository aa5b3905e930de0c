/** NetworkPolicies: what the cluster does with connections, against what src/policy says of the same objects. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_NAMESPACE } from './addons.ts';
import { until } from './exec.ts';
import { meaning, tryAllPairs } from './policyMatrix.ts';
import { describeLab, TestLab } from './testLab.ts';

describeLab('NetworkPolicies in the lab', () => {
  let it: TestLab;
  beforeAll(() => {
    it = new TestLab();
  });
  afterAll(() => {
    it.kube.close();
  });

  test('policies: every pair of pods connects or not as src/policy says of the same objects', async () => {
    const ports = [53, 80, 8080, 6379, 8443, 8444, 9999];
    const attempts = await tryAllPairs(it.kube, [DEMO_NAMESPACE, 'kube-system'], ports);
    const disagree = attempts.filter(({ outcome, verdict }) => meaning(outcome) !== verdict);
    expect(disagree).toEqual([]);
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
    const database = `${(await it.onePod('database')).status.podIP ?? ''}:6379`;
    await until(30, async () => ((await it.inPod('client', ['/demoapp', 'probe', '-timeout', '1s', database])).includes('connected') ? true : undefined), () => 'the new policy was not in force after 30 s');
    const attempts = await tryAllPairs(it.kube, [DEMO_NAMESPACE], [8080, 6379]);
    expect(attempts.filter(({ outcome, verdict }) => meaning(outcome) !== verdict)).toEqual([]);
    await it.kube.must('delete the policy', ['-n', DEMO_NAMESPACE, 'delete', 'networkpolicy', 'test-open']);
  }, 180_000);
});
