/** The capabilities of the agent's DaemonSet are those it needs: each is taken away alone, and what then fails says so. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENT_NAMESPACE } from './addons.ts';
import { describeLab, TestLab } from './testLab.ts';

interface PodTemplate {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly containers: readonly { readonly resources: { readonly limits: object }; readonly securityContext: { readonly privileged?: boolean; readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] } } }[];
  };
}

/** What a capture of a pod and one of interfaces say. */
interface Said {
  readonly pods: number;
  readonly interfaces: number;
  readonly text: string;
  /** Of --version. */
  readonly matrix: string;
}

const ebpf = 'Processes are not known, pods are';
const conntrack = 'Which pod a Service led to is not known';
const points = 'is not captured';

/** Without which what does not work, with the words that are said then. */
const needed: Readonly<Record<string, readonly string[]>> = {
  NET_RAW: [points, 'No packet socket could be opened', 'Capturing needs the capability CAP_NET_RAW'],
  NET_ADMIN: [conntrack, 'the capability NET_ADMIN is needed'],
  SYS_ADMIN: [points, 'cannot be entered', 'the capabilities SYS_ADMIN and SYS_PTRACE are needed', ebpf],
  SYS_PTRACE: [points, 'the capabilities SYS_ADMIN and SYS_PTRACE are needed'],
};

describeLab('the capabilities of the agent', () => {
  let it: TestLab;
  const tag = `caps-${randomBytes(3).toString('hex')}`;
  beforeAll(() => { it = new TestLab(); });
  afterAll(async () => {
    await it.kube.kubectl(['-n', AGENT_NAMESPACE, 'delete', 'pod', '-l', `caps=${tag}`, '--wait=false', '--grace-period=0', '--force']);
    it.kube.close();
  });

  test('each is needed: without it one thing fails and says which it lacks; with all nothing does', async () => {
    const { spec: { template } } = (await it.kube.get(`/apis/apps/v1/namespaces/${AGENT_NAMESPACE}/daemonsets/stratoshark`)) as { readonly spec: { readonly template: PodTemplate } };
    const { privileged, capabilities } = template.spec.containers[0]?.securityContext ?? { capabilities: { add: [], drop: [] } };
    expect({ privileged, drop: capabilities.drop, add: [...capabilities.add].sort() }).toEqual({ privileged: false, drop: ['ALL'], add: Object.keys(needed).sort() });
    const target = await it.onePod('frontend');
    const attempts = await Promise.all([undefined, ...capabilities.add].map(async (without) => [without ?? 'all', await withCapabilities(template, target.spec.nodeName ?? '', target.metadata.name, without)] as const));
    const said = Object.fromEntries(attempts);
    expect(said['all']).toMatchObject({ pods: 0, interfaces: 0, text: expect.not.stringMatching(new RegExp([ebpf, conntrack, points].join('|'))) as string });
    for (const [name, words] of Object.entries(needed)) for (const word of words) expect(said[name]?.text, `without ${name}`).toContain(word);
    // What does not need it goes on.
    expect(Object.fromEntries(Object.entries(said).map(([name, { interfaces }]) => [name, interfaces]))).toEqual({ all: 0, NET_RAW: 1, NET_ADMIN: 0, SYS_ADMIN: 0, SYS_PTRACE: 0 });
    expect(said['NET_ADMIN']?.text).not.toContain(points);
    expect(said['SYS_PTRACE']?.text).not.toContain(ebpf);
    for (const [name, { matrix }] of Object.entries(said)) expect(/^eBPF on linux \S+: no: \S+/m.test(matrix), `${name}: ${matrix}`).toBe(name === 'SYS_ADMIN');
  }, 120_000);

  async function withCapabilities(template: PodTemplate, node: string, target: string, without: string | undefined): Promise<Said> {
    const name = `${tag}-${(without ?? 'all').toLowerCase().replace('_', '-')}`;
    const [container] = template.spec.containers;
    const add = container?.securityContext.capabilities.add.filter((one) => one !== without) ?? [];
    await it.kube.apply('create an agent with fewer capabilities', JSON.stringify({
      apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: AGENT_NAMESPACE, labels: { caps: tag } },
      spec: {
        ...template.spec, nodeName: node, terminationGracePeriodSeconds: 0,
        // Five agents that each ask for a quarter of a processor may be more than the node has left: the kubelet then takes none (OutOfcpu).
        containers: [{ ...container, command: ['/bin/sleep', '600'], livenessProbe: undefined, readinessProbe: undefined, resources: { limits: container?.resources.limits, requests: { cpu: '0', memory: '0' } }, securityContext: { ...container?.securityContext, capabilities: { drop: ['ALL'], add } } }],
      },
    }));
    await it.kube.condition(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods/${name}`, 'Ready', 30, () => `${name} was not Ready`);
    const exec = (...args: readonly string[]) => it.kube.kubectl(['-n', AGENT_NAMESPACE, 'exec', name, '--', 'stratoshark', ...args], { timeout: 40 });
    const pods = await exec('capture', '--ebpf-filter', `k8s.pod.name == ${target}`, '--duration', '1s', '--output', '/tmp/pods.pcapng');
    const interfaces = await exec('-i', 'any', '-a', 'duration:1', '-w', '/tmp/any.pcapng');
    const version = await exec('--version');
    return { matrix: version.stdout, pods: pods.status, interfaces: interfaces.status, text: pods.stderr + interfaces.stderr };
  }
});
