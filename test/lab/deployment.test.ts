/** Deploying, watching and removing the agent with real kubelets; what is right comes from kubectl. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Exec, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { deleteAgentFile, fetchAgentFile, listAgentFiles, type AgentPlace } from '../../src/capture/agentFiles.ts';
import { applyDeployment, planDeployment, planRemoval, removeObjects } from '../../src/capture/deployment/apply.ts';
import { agentManifests, type AgentResources, type Manifests } from '../../src/capture/deployment/manifests.ts';
import { isGone, RolloutWatch, troubles, type Rollout } from '../../src/capture/deployment/rollout.ts';
import { ApiClient } from '../../src/cluster/apiClient.ts';
import { ClusterTreeModel } from '../../src/features/clusterTree/model.ts';
import { AGENT_NAMESPACE, DEMO_NAMESPACE } from './addons.ts';
import { agentOn, inAgent } from './agentLab.ts';
import { Capture } from './outerCapture.ts';
import { describeLab, TestLab } from './testLab.ts';

const texts = ['stratoshark.yaml', 'admission.yaml'].map((file) => readFileSync(join(root, 'bpf/deploy', file), 'utf8'));
const manifests = (image = '', resources: AgentResources = {}): Manifests => agentManifests(texts, { namespace: AGENT_NAMESPACE, image, resources });
const DEVELOPER = 'developer';

describeLab('deploying the agent', () => {
  let it: TestLab;
  let client: ApiClient;
  beforeAll(() => {
    it = new TestLab();
    client = ApiClient.open(undefined, it.lab.kubeconfig);
  });
  afterAll(async () => {
    // The next tests find it as the lab has put it there.
    await it.kube.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'stratoshark-exec']);
    it.kube.close();
  }, 120_000);

  const apply = async (...choice: Parameters<typeof manifests>): Promise<void> =>
    applyDeployment(client, await planDeployment(client, manifests(...choice).objects), () => undefined, AbortSignal.timeout(60_000));
  const follow = async (until: (state: Rollout) => boolean): Promise<Rollout> =>
    new RolloutWatch(client, AGENT_NAMESPACE).follow(until, () => undefined, AbortSignal.timeout(100_000));
  const nodes = (): readonly string[] => it.lab.nodes.map(({ name }) => name);

  test('the agent that is there is ready on every node; removed, none is left', async () => {
    expect(await follow(({ done }) => done)).toMatchObject({ done: true, nodes: nodes().map((node) => ({ node, state: 'ready' })) });
    await removeObjects(client, await planRemoval(client, manifests().objects), () => undefined);
    const gone = await follow(isGone);
    expect(gone).toMatchObject({ deployed: false, nodes: nodes().map((node) => ({ node, state: 'none' })) });
    expect(await it.items(`/api/v1/namespaces/${AGENT_NAMESPACE}/pods?labelSelector=app%3Dstratoshark`)).toEqual([]);
  }, 120_000);

  test('an image that no node can get, and more memory than there is, are sentences while it is tried', async () => {
    await apply('localhost:1/no-such/agent:1');
    const image = await follow((state) => troubles(state).length >= nodes().length);
    expect(troubles(image).toSorted()).toEqual(nodes().map((node) => expect.stringMatching(new RegExp(`^Node ${node} cannot get the image localhost:1/no-such/agent:1 `)) as string));
    await apply('', { requests: { memory: '1500Gi' }, limits: { memory: '1500Gi' } });
    const memory = await follow((state) => troubles(state).some((text) => text.includes('memory')));
    expect(troubles(memory)).toContainEqual(expect.stringMatching(/^Node node\d has not enough memory left for the agent: lower its request in the setting stratoshark\.agent\.resources/));
  }, 200_000);

  test('deployed, it is ready on every node, as kubectl says too', async () => {
    await apply();
    const state = await follow(({ done }) => done);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    expect(state).toMatchObject({ done: true, ready: nodes().length, wanted: nodes().length, nodes: nodes().map((node) => ({ node, state: 'ready', version })) });
    expect(await it.kube.must('ask for the rollout', ['-n', AGENT_NAMESPACE, 'rollout', 'status', 'daemonset/stratoshark', '--timeout=1s'])).toContain('successfully rolled out');
  }, 120_000);

  test("the tree tells each node's CNI with its mode, and its interfaces as `ip` on the node lists them", async () => {
    const model = new ClusterTreeModel();
    model.kubeconfig = it.lab.kubeconfig;
    try {
      const labels = (...path: readonly string[]): readonly string[] =>
        path.reduce((list, label) => list.find((node) => node.label === label)?.children?.() ?? [], model.roots()).map(({ label }) => label);
      for (const node of nodes()) {
        const below = [`stratoshark-${it.lab.name}`, 'Nodes', node];
        await expect.poll(() => labels(...below), { timeout: 30_000 }).toContain('CNI: Flannel (VXLAN, UDP port 8472)');
        const links = await it.kube.must('list the links', ['-n', AGENT_NAMESPACE, 'exec', await agentOn(it, node), '--', 'ip', '-o', 'link']);
        const names = links.trim().split('\n').map((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? line);
        expect(labels(...below, 'Interfaces').toSorted()).toEqual(names.toSorted());
      }
    } finally {
      model.dispose();
    }
  }, 120_000);

  test('pods that PodSecurity refuses are explained', async () => {
    const enforce = async (level: string): Promise<string> => it.kube.must('label the namespace', ['label', 'namespace', AGENT_NAMESPACE, '--overwrite', `pod-security.kubernetes.io/enforce=${level}`]);
    await enforce('restricted');
    try {
      await it.kube.must('delete an agent', ['-n', AGENT_NAMESPACE, 'delete', 'pod', await agentOn(it, 'node1'), '--wait=false']);
      const state = await follow(({ trouble }) => trouble !== undefined);
      expect(state.trouble).toMatch(/^PodSecurity "restricted" of namespace monitoring refuses the agent's pods \(.*(?:host namespaces|hostNetwork).*\): label the namespace/);
    } finally {
      await enforce('privileged');
    }
    expect(await follow(({ done }) => done)).toMatchObject({ done: true });
  }, 120_000);

  /** By the client library, whose exec is a WebSocket. */
  async function byWebSocket(command: readonly string[]): Promise<string> {
    const config = new KubeConfig();
    config.loadFromFile(it.lab.kubeconfig);
    const user = config.getCurrentUser();
    if (user === null) throw new Error('the kubeconfig has no user');
    config.users = [{ ...user, impersonateUser: DEVELOPER }];
    const agent = await agentOn(it, 'node1');
    return new Promise((resolve) => {
      const quiet = new Writable({ write: (_chunk, _encoding, done) => { done(); } });
      new Exec(config).exec(AGENT_NAMESPACE, agent, 'agent', [...command], quiet, quiet, null, false, ({ status, message }) => { resolve(`${status ?? ''} ${message ?? ''}`); })
        .catch((error: unknown) => { resolve(error instanceof Error ? error.message : JSON.stringify((error as { readonly message?: unknown }).message)); });
    });
  }

  async function byKubectl(command: readonly string[], websockets: boolean, user: readonly string[] = [`--as=${DEVELOPER}`]): Promise<string> {
    const env = { ...process.env, KUBECONFIG: it.lab.kubeconfig, NO_PROXY: it.lab.apiIp, no_proxy: it.lab.apiIp, KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(websockets) };
    const { status, stderr } = await it.kube.kubectl(['-n', AGENT_NAMESPACE, ...user, 'exec', await agentOn(it, 'node1'), '--', ...command], { timeout: 40, env });
    return `${status} ${stderr}`;
  }

  /** A pod of theirs that shares its node's network: its packets are the node's. */
  async function leavesOutHostNetwork(): Promise<void> {
    const name = 'shares-node';
    const metadata = { name, namespace: DEMO_NAMESPACE, labels: { app: name } };
    const container = { name: 'main', image: 'localhost/lab/demoapp:1', imagePullPolicy: 'Never', args: ['dns', '-rate', '5', '-count', '50000', '-for', '5m', '-then-wait', '-names', 'kubernetes.default.svc.cluster.local'] };
    await it.kube.apply('a pod in the network of its node', JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { hostNetwork: true, nodeName: 'node1', terminationGracePeriodSeconds: 0, containers: [container] } }));
    try {
      await it.kube.must('wait for it', ['-n', DEMO_NAMESPACE, 'wait', `pod/${name}`, '--for=condition=Ready', '--timeout=40s'], { timeout: 50 });
      const said = await byKubectl(['stratoshark', 'capture', '--namespace', DEMO_NAMESPACE, '--ebpf-filter', `k8s.pod.name == ${name}`, '--duration', '2s'], true);
      expect(said).toContain(`${DEMO_NAMESPACE}/${name} shares the network of its node, where its packets cannot be told from others': it is left out`);
      // The node's own packets never rest: the kubelet's, the API server's.
      expect(said).toMatch(/\b0 packets captured/);
    } finally {
      await it.kube.kubectl(['-n', DEMO_NAMESPACE, 'delete', 'pod', name, '--wait=false']);
    }
  }

  /** Captures left on nodes hold packets of every namespace. */
  async function keepsFilesFromDeveloper(): Promise<void> {
    const dir = mkdtempSync(join(tmpdir(), 'stratoshark-held-'));
    const before = process.env['NO_PROXY'];
    process.env['NO_PROXY'] = it.lab.apiIp;
    try {
      const own: AgentPlace = { kubeconfig: it.lab.kubeconfig, context: `stratoshark-${it.lab.name}`, namespace: AGENT_NAMESPACE, pod: await agentOn(it, 'node1') };
      const path = '/var/log/captures/held.pcapng';
      expect((await inAgent(it, 'node1', ['stratoshark', '-i', 'lo', '-c', '2', '-a', 'duration:20', '-w', path])).status).toBe(0);
      const file = (await listAgentFiles(own)).find((one) => one.path === path);
      if (file === undefined) throw new Error('an administrator does not see it');
      const config = JSON.parse(await it.kube.must('read the kubeconfig', ['config', 'view', '--raw', '-o', 'json'])) as { readonly users: readonly { readonly user: object }[] };
      const kubeconfig = join(dir, 'developer.kubeconfig');
      writeFileSync(kubeconfig, JSON.stringify({ ...config, users: config.users.map((one) => ({ ...one, user: { ...one.user, as: DEVELOPER } })) }), { mode: 0o600 });
      const theirs: AgentPlace = { ...own, kubeconfig };
      const fetching = { folder: dir, name: 'held.pcapng', signal: AbortSignal.timeout(20_000), onBytes: () => undefined };
      await expect(listAgentFiles(theirs)).rejects.toThrow(/^You may not see which captures are on this node: .*only who may capture everywhere has it\.$/);
      await expect(fetchAgentFile(theirs, file, fetching)).rejects.toThrow(/^You may not fetch files of this agent/);
      await expect(deleteAgentFile(theirs, path)).rejects.toThrow(/^You may not delete files of this agent/);
      expect(await fetchAgentFile(own, file, fetching)).toBe(join(dir, 'held.pcapng'));
      // From outside, too, it ends with a sentence and does not try for ever.
      const elsewhere = await new Capture(it, join(dir, 'elsewhere.pcapng'), ['--namespace', 'kube-system'], { kubeconfig }).ended;
      expect(elsewhere.status).toBe(1);
      expect(elsewhere.stderr).toContain('node1: The cluster holds captures to namespaces, and does not let you take this one at node1: choose a namespace where you may create captures.stratoshark.dev, or ask for that right.');
      await deleteAgentFile(own, path);
    } finally {
      if (before === undefined) delete process.env['NO_PROXY'];
      else process.env['NO_PROXY'] = before;
      rmSync(dir, { recursive: true, force: true });
    }
  }

  test('under the admission policy a developer of production captures pods there and nothing else, by kubectl and by WebSocket', async () => {
    await it.kube.must('let the developer capture', ['create', 'rolebinding', 'capture', '--clusterrole=stratoshark-capture', `--user=${DEVELOPER}`, '-n', DEMO_NAMESPACE]);
    await it.kube.must('let the developer exec', ['create', 'rolebinding', 'capture', '--role=stratoshark-agents', `--user=${DEVELOPER}`, '-n', AGENT_NAMESPACE]);
    try {
      const capture = (...more: readonly string[]): readonly string[] => ['stratoshark', 'capture', '--namespace', ...more, '--duration', '1s'];
      const own = capture(DEMO_NAMESPACE);
      expect(await byKubectl(own, true)).toMatch(/^0 .*Capturing \d+ pods? \(production\//s);
      expect(await byKubectl(own, false)).toMatch(/^0 /);
      expect(await byWebSocket(own)).toMatch(/^Success/);
      // All of a node, by its name or by its interfaces, is no namespace's.
      const ofNode = [['stratoshark', 'capture', '--ebpf-filter', 'k8s.node.name == node1', '--duration', '1s'], ['stratoshark', '-i', 'any', '-a', 'duration:1', '-w', '-']];
      for (const other of [capture('kube-system'), capture(DEMO_NAMESPACE, '--namespace', 'kube-system'), ['sh', '-c', 'true'], ...ofNode]) {
        for (const websockets of [true, false]) expect(await byKubectl(other, websockets)).toMatch(/^1 .*(?:In the agents of StratoShark|You may not capture in namespace kube-system)/s);
        expect(await byWebSocket(other)).not.toMatch(/^Success/);
      }
      expect(await byKubectl(['sh', '-c', 'true'], true, [])).toMatch(/^0 /);
      await leavesOutHostNetwork();
      await keepsFilesFromDeveloper();
    } finally {
      await Promise.all([DEMO_NAMESPACE, AGENT_NAMESPACE].map((namespace) => it.kube.kubectl(['delete', 'rolebinding', 'capture', '-n', namespace])));
    }
  }, 120_000);
});
