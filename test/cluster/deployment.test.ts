/** The agent's manifests and its admission policy on a real API server; what is right comes from kubectl's answers and from what it lets through. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deleteAgentFile, fetchAgentFile, listAgentFiles } from '../../src/capture/agentFiles.ts';
import { applyDeployment, planDeployment, planRemoval, removeObjects } from '../../src/capture/deployment/apply.ts';
import { captureRights, rightsFor } from '../../src/capture/deployment/kinds.ts';
import { agentManifests, type Manifests } from '../../src/capture/deployment/manifests.ts';
import { RolloutWatch } from '../../src/capture/deployment/rollout.ts';
import { openExec, type ExecHandlers, type ExecStream } from '../../src/capture/execStream.ts';
import { NodeSession } from '../../src/capture/nodeSession.ts';
import { reviewAccess, rightsText } from '../../src/cluster/access.ts';
import { ApiClient } from '../../src/cluster/apiClient.ts';
import { until } from '../lab/exec.ts';
import { ApiServer } from './apiServer.ts';
import { execVerdict, type ExecWay } from './execVerdict.ts';

const shipped = (file: string): string => readFileSync(join(import.meta.dirname, '../../bpf/deploy', file), 'utf8');
const manifests = (image = ''): Manifests => agentManifests([shipped('stratoshark.yaml'), shipped('admission.yaml')], { namespace: 'monitoring', image, resources: {} });

let server: ApiServer;
let admin: ApiClient;
const never = new AbortController().signal;

/** The same server as somebody else. */
function kubeconfigOf(user: string): string {
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as { users: { user: Record<string, string> }[] };
  for (const one of config.users) one.user = { ...one.user, as: user };
  const path = `${server.kubeconfig}.${user}`;
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}
const as = (user: string): ApiClient => ApiClient.open(undefined, kubeconfigOf(user));
const names = async (kind: string, ...more: readonly string[]): Promise<readonly string[]> =>
  (await server.kubectl(['get', kind, '-o', 'name', ...more])).trim().split('\n').filter((name) => name.includes('stratoshark'));

beforeAll(async () => {
  server = await ApiServer.start();
  admin = ApiClient.open(undefined, server.kubeconfig);
}, 240_000);
afterAll(() => { server.stop(); });

test('what a user may not do is named, verb by verb', async () => {
  const everything = [...rightsFor(manifests().objects, ['get', 'create', 'patch']), ...captureRights('monitoring')];
  expect((await reviewAccess(admin, everything)).filter(({ allowed }) => !allowed)).toEqual([]);
  await server.kubectl(['create', 'namespace', 'monitoring']);
  await server.kubectl(['create', 'role', 'half', '-n', 'monitoring', '--verb=get', '--resource=pods/exec']);
  await server.kubectl(['create', 'rolebinding', 'half', '-n', 'monitoring', '--role=half', '--user=half']);
  const denied = (await reviewAccess(as('half'), captureRights('monitoring'))).filter(({ allowed }) => !allowed);
  expect(rightsText(denied)).toBe('list pods, create pods/exec in namespace monitoring');
  await server.kubectl(['delete', 'namespace', 'monitoring', '--wait=false']);
  // No controller empties a namespace here: it is taken off by hand.
  await server.kubectl(['replace', '--raw', '/api/v1/namespaces/monitoring/finalize', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' }, spec: { finalizers: [] } }));
});

test('a plan writes nothing, not even where the namespace is to come', async () => {
  const steps = await planDeployment(admin, manifests().objects);
  expect(steps.map(({ live }) => live)).toEqual(steps.map(() => undefined));
  expect(steps.map(({ conflicts }) => conflicts)).toEqual(steps.map(() => []));
  expect(await names('clusterroles')).toEqual([]);
  await expect(server.kubectl(['get', 'namespace', 'monitoring'])).rejects.toThrow('not found');
});

test('what is applied is there, in order and by our field manager; applied again it changes nothing', async () => {
  const said: string[] = [];
  await applyDeployment(admin, await planDeployment(admin, manifests().objects), ({ kind }) => said.push(kind), never);
  expect(said.at(-1)).toBe('DaemonSet');
  const set = JSON.parse(await server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring', '-o', 'json', '--show-managed-fields'])) as {
    readonly metadata: { readonly generation: number; readonly managedFields: readonly { readonly manager: string; readonly operation: string }[] };
  };
  expect(set.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'stratoshark', operation: 'Apply' }));
  const again = await planDeployment(admin, manifests().objects);
  await applyDeployment(admin, again, () => undefined, never);
  expect(await server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring', '-o', 'jsonpath={.metadata.generation}'])).toBe(String(set.metadata.generation));
  expect(await names('validatingadmissionpolicybindings')).toHaveLength(1);
});

test("an operator's filter stays; fields that somebody else manages are named before they are taken over", async () => {
  await server.kubectl(['patch', 'configmap', 'stratoshark-filter', '-n', 'monitoring', '--type=merge', '-p', '{"data":{"filter":"tcp.port == 80"}}']);
  await server.kubectl(['set', 'image', 'daemonset/stratoshark', '-n', 'monitoring', 'agent=theirs:1']);
  const steps = await planDeployment(admin, manifests('ours:1').objects);
  const conflicts = steps.flatMap((step) => step.conflicts);
  expect(conflicts).toEqual([expect.stringMatching(/image.*conflict with "kubectl-set"/)]);
  await applyDeployment(admin, steps, () => undefined, never);
  expect(await server.kubectl(['get', 'daemonset', 'stratoshark', '-n', 'monitoring', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'])).toBe('ours:1');
  expect(await server.kubectl(['get', 'configmap', 'stratoshark-filter', '-n', 'monitoring', '-o', 'jsonpath={.data.filter}'])).toBe('tcp.port == 80');
  expect(await new RolloutWatch(admin, 'monitoring').read()).toMatchObject({ deployed: true, done: false, image: 'ours:1', ready: 0 });
});

describe('the admission policy', () => {
  const agent = 'stratoshark-abcde';
  /** Whether the API server lets it through: it then asks the kubelet, and there is none. */
  const ask = async (user: string, command: readonly string[], way: Partial<ExecWay> = {}): Promise<string> =>
    execVerdict(server, { user, pod: agent, subresource: 'exec', method: 'GET', container: 'agent', ...way }, command);
  const capture = (...args: readonly string[]): readonly string[] => ['stratoshark', 'capture', ...args];

  beforeAll(async () => {
    const make = async (object: object): Promise<void> => { await server.kubectl(['create', '-f', '-'], JSON.stringify(object)); };
    await make({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'nowhere' } });
    await server.kubectl(['patch', 'node', 'nowhere', '--subresource=status', '--type=merge', '-p', '{"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":9}}}}']);
    for (const name of [agent, 'prometheus-0']) {
      await make({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'monitoring' }, spec: { nodeName: 'nowhere', containers: [{ name: 'agent', image: 'x' }, { name: 'other', image: 'x' }] } });
    }
    await server.kubectl(['create', 'namespace', 'production']);
    // As admission.yaml says it; and what it is to withstand: rights that somebody gave away generously.
    await server.kubectl(['create', 'rolebinding', 'capture', '--clusterrole=stratoshark-capture', '--user=developer', '-n', 'production']);
    await server.kubectl(['create', 'rolebinding', 'capture', '--role=stratoshark-agents', '--user=developer', '--user=stranger', '-n', 'monitoring']);
    await server.kubectl(['create', 'role', 'generous', '-n', 'monitoring', '--verb=get,create,patch,update', '--resource=pods/attach,pods/portforward,pods/proxy,pods/ephemeralcontainers']);
    await server.kubectl(['create', 'rolebinding', 'generous', '--role=generous', '--user=developer', '-n', 'monitoring']);
    await until(30, async () => ((await ask('developer', ['sh'])).startsWith('refused') ? true : undefined), () => 'the policy was not in force within 30 s');
  }, 60_000);

  test.each(['GET', 'POST'] as const)('a developer of production captures there, by %s', async (method) => {
    const whole = capture('--namespace', 'production', '--ebpf-filter', 'tcp.port == 80', '--duration', '60s', '--snaplen', '96', '--buffer-size', '64M', '--ebpf-events', 'dns', '--framed', '--resume', 'abc');
    expect(await ask('developer', whole, { method })).toBe('let through');
  });

  test.each([
    ['elsewhere', capture('--namespace', 'kube-system')],
    ['by a repeated option', capture('--namespace', 'production', '--namespace', 'kube-system')],
    ['by a repeated option in another form', capture('--namespace', 'production', '--namespace=kube-system')],
    ['by an abbreviated one', capture('--namespace', 'production', '--name', 'kube-system')],
    ['with the value in the option', capture('--namespace=production')],
    ['by an abbreviation alone', capture('--name', 'production')],
    ['with the namespace further behind', capture('--framed', '--namespace', 'production')],
    ['without one', capture('--framed')],
    ['in no namespace', capture('--namespace', '')],
    ['in a path', capture('--namespace', 'production/../kube-system')],
    ['to a file of the node', capture('--namespace', 'production', '--output', '/tmp/x')],
    ['to a file by the short option', capture('--namespace', 'production', '-w', '/tmp/x')],
    ['interfaces', capture('--namespace', 'production', '--interface', 'any')],
    ['by options that end', capture('--namespace', 'production', '--', '--interface')],
    ['by the short form', ['stratoshark', '-i', 'any', '-w', '-']],
    ['a shell', ['sh']],
    ['a shell with our words', ['sh', 'capture', '--namespace', 'production']],
    ['another program of that name', ['/tmp/stratoshark', 'capture', '--namespace', 'production']],
  ])('not %s', async (_what, command) => {
    for (const method of ['GET', 'POST'] as const) expect(await ask('developer', command, { method })).toMatch(/^refused: .*(?:In the agents of StratoShark|You may not capture in namespace kube-system|A capture held to a namespace)/);
  });

  test('not in another container, not by attach, forwarding or proxy, not by a container that joins', async () => {
    expect(await ask('developer', capture('--namespace', 'production'), { container: 'other' })).toMatch(/^refused/);
    expect(await ask('developer', [], { subresource: 'attach' })).toMatch(/^refused/);
    expect(await ask('developer', [], { subresource: 'portforward', method: 'POST' })).toMatch(/^refused/);
    expect(await ask('developer', [], { subresource: 'proxy' })).toMatch(/^refused/);
    const join = { spec: { ephemeralContainers: [{ name: 'guest', image: 'x' }] } };
    const joins = (client: ApiClient, pod: string): Promise<unknown> =>
      client.write({ method: 'PATCH', path: `/api/v1/namespaces/monitoring/pods/${pod}/ephemeralcontainers`, body: join, contentType: 'application/strategic-merge-patch+json' });
    await expect(joins(as('developer'), agent)).rejects.toThrow('In the agents of StratoShark');
    await joins(as('developer'), 'prometheus-0');
    await joins(admin, agent);
  });

  test('a capture or a look at files that it refuses ends in one sentence that names the right', async () => {
    const kubeconfig = kubeconfigOf('developer');
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const exec = (command: readonly string[], handlers: ExecHandlers): Promise<ExecStream> => Promise.resolve(openExec(config, { namespace: 'monitoring', pod: agent, container: 'agent', command }, handlers));
    const quiet = { packets: () => undefined, complete: () => undefined, clock: () => undefined, present: () => undefined, gap: () => undefined };
    const session = new NodeSession({ node: 'nowhere', open: (_resume, handlers) => exec(capture('--namespace', 'kube-system', '--framed'), handlers), sink: quiet, onChange: () => undefined, onNote: () => undefined });
    try {
      await expect.poll(() => session.facts, { timeout: 10_000 }).toMatchObject({
        state: 'failed', message: 'The cluster holds captures to namespaces, and does not let you take this one at nowhere: choose a namespace where you may create captures.stratoshark.dev, or ask for that right.',
      });
    } finally {
      session.abandon('the test is over');
    }
    const place = { kubeconfig, context: config.getCurrentContext(), namespace: 'monitoring', pod: agent };
    const only = "it takes the right to get and create pods/exec in the agents' namespace, and where captures are held to namespaces only who may capture everywhere has it.";
    await expect(listAgentFiles(place)).rejects.toThrow(`You may not see which captures are on this node: ${only}`);
    await expect(deleteAgentFile(place, '/tmp/a.pcapng')).rejects.toThrow(`You may not delete files of this agent: ${only}`);
    const fetching = { folder: tmpdir(), name: `${agent}.pcapng`, signal: never, onBytes: () => undefined };
    await expect(fetchAgentFile(place, { path: '/tmp/a.pcapng', size: 1, changed: 0 }, fetching)).rejects.toThrow(`You may not fetch files of this agent: ${only}`);
  });

  test('who has no namespace captures nowhere; other pods and administrators are as before', async () => {
    expect(await ask('stranger', capture('--namespace', 'production'))).toMatch(/^refused: .*You may not capture in namespace production: ask for the right to create captures\.stratoshark\.dev there/);
    for (const method of ['GET', 'POST'] as const) {
      expect(await ask('developer', ['sh'], { pod: 'prometheus-0', method })).toBe('let through');
      expect(await ask('', ['sh'], { method })).toBe('let through');
      expect(await ask('', capture('--namespace', 'kube-system'), { method })).toBe('let through');
    }
    expect(await ask('', [], { subresource: 'attach' })).toBe('let through');
  });
});

test('removed is what is ours; the namespace and the filter stay', async () => {
  const found = await planRemoval(admin, manifests().objects);
  expect(found[0]?.kind).toBe('DaemonSet');
  await removeObjects(admin, found, () => undefined);
  const left = await Promise.all(['clusterroles', 'clusterrolebindings', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'].map((kind) => names(kind)));
  expect(left.flat()).toEqual([]);
  expect(await names('daemonsets,serviceaccounts,roles,configmaps', '-n', 'monitoring')).toEqual(['configmap/stratoshark-filter']);
  expect(await planRemoval(admin, manifests().objects)).toEqual([]);
});
