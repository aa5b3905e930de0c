import { expect, test } from 'vitest';
import { nodeObject, podObject } from '../../cluster/objects.ts';
import { eventObject, rolloutObject, rolloutOf, troubles, type RolloutFacts } from './rollout.ts';
import { versionTrouble } from './version.ts';

const set = (status: object, generation = 2, template: object = {}): ReturnType<typeof rolloutObject> => rolloutObject({
  metadata: { uid: 'd', generation }, spec: { template: { spec: { containers: [{ image: 'agent:1' }], ...template } } },
  status: { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2, ...status },
});
const pod = (node: string, status: object, spec: object = { nodeName: node }): ReturnType<typeof podObject> => podObject({
  metadata: { uid: node, name: `stratoshark-${node}`, namespace: 'monitoring', labels: { 'app.kubernetes.io/version': '0.1.0' } },
  spec: { containers: [{ name: 'agent', image: 'agent:1' }], ...spec }, status,
});
const container = (state: object, ready = false, last: object = {}): object => ({ phase: 'Running', containerStatuses: [{ name: 'agent', ready, restartCount: 0, state, lastState: last }] });
const running = container({ running: {} }, true);
const node = (name: string, spec: object = {}): ReturnType<typeof nodeObject> => nodeObject({ metadata: { uid: name, name, labels: { disk: 'ssd' } }, spec, status: {} });
const facts = (more: Partial<RolloutFacts>): RolloutFacts => ({ namespace: 'monitoring', set: set({}), pods: [pod('a', running), pod('b', running)], nodes: [node('a'), node('b')], events: [], ...more });

test('done when every node has the agent as it was last applied, and not before', () => {
  expect(rolloutOf(facts({}))).toMatchObject({ deployed: true, done: true, ready: 2, wanted: 2, image: 'agent:1' });
  expect(rolloutOf(facts({ set: set({}, 3) })).done).toBe(false);
  expect(rolloutOf(facts({ set: set({ updatedNumberScheduled: 1 }) })).done).toBe(false);
  expect(rolloutOf(facts({ set: set({ numberAvailable: 1 }) })).done).toBe(false);
  expect(rolloutOf(facts({ set: set({ desiredNumberScheduled: 0 }), pods: [] })).done).toBe(false);
  expect(rolloutOf(facts({ pods: [pod('a', running)] })).done).toBe(false);
  expect(rolloutOf(facts({ set: undefined, pods: [] }))).toMatchObject({ deployed: false, done: false, wanted: 0 });
});

const affinity = { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] } } } };
const pending = (message: string): ReturnType<typeof pod> => pod('b', { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }] }, affinity);

test.each([
  [container({ waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "agent:1"' } }), /^Node b cannot get the image agent:1 \(Back-off .*\): name one it can pull in the setting stratoshark\.agent\.image/],
  [container({ waiting: { reason: 'CrashLoopBackOff' } }, false, { terminated: { reason: 'OOMKilled' } }), /^The agent on b needed more memory than its limit/],
  [container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }), /^The agent on b ends again and again \(back-off 10s\): .*kubectl logs stratoshark-b -n monitoring/],
  [container({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "x" not found' } }), /^Node b cannot make the agent's container \(secret "x" not found\)/],
  [{ phase: 'Failed', reason: 'Evicted' }, /^Node b has evicted the agent/],
])('a pod that does not come up is a sentence with its remedy (%#)', (status, sentence) => {
  expect(troubles(rolloutOf(facts({ pods: [pod('a', running), pod('b', status)] })))).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  ['0/2 nodes are available: 1 Insufficient memory. preemption: none', /^Node b has not enough memory left for the agent: lower its request in the setting stratoshark\.agent\.resources/],
  ['0/2 nodes are available: 1 node(s) had untolerated taint {gpu: true}.', /^Node b has the taint gpu: true, which the agent does not tolerate/],
  ['0/2 nodes are available: something new', /^Node b does not take the agent: 0\/2 nodes are available: something new\.$/],
])('%s', (message, sentence) => {
  const state = rolloutOf(facts({ pods: [pod('a', running), pending(message)] }));
  expect(state.nodes[1]).toMatchObject({ node: 'b', state: 'not ready', trouble: expect.stringMatching(sentence) as string });
});

test('a node that the DaemonSet leaves out says which taint or label does it', () => {
  const tainted = node('b', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] });
  const alone = { pods: [pod('a', running)], nodes: [node('a'), tainted] };
  expect(rolloutOf(facts(alone)).nodes[1]?.trouble).toBe('Node b has the taint gpu=yes:NoSchedule, which the DaemonSet does not tolerate: add a toleration for it, or deploy again.');
  for (const toleration of [{ operator: 'Exists' }, { key: 'gpu', value: 'yes' }, { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }]) {
    expect(rolloutOf(facts({ ...alone, set: set({}, 2, { tolerations: [toleration] }) })).nodes[1]?.trouble).toBeUndefined();
  }
  expect(rolloutOf(facts({ ...alone, set: set({}, 2, { tolerations: [{ key: 'gpu', value: 'no' }] }) })).nodes[1]?.trouble).toContain('taint');
  expect(rolloutOf(facts({ pods: [], set: set({}, 2, { nodeSelector: { disk: 'hdd' } }) })).nodes[0]?.trouble).toContain('label disk=hdd');
});

const refused = (message: string): ReturnType<typeof eventObject> => eventObject({ metadata: { uid: 'e' }, involvedObject: { kind: 'DaemonSet', name: 'stratoshark' }, reason: 'FailedCreate', message, lastTimestamp: '2026-01-01T00:00:00Z' });

test('what refuses the pods is told while there are too few, and no longer', () => {
  const events = [refused('Error creating: pods "stratoshark-" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)')];
  expect(rolloutOf(facts({ pods: [], events })).trouble).toMatch(/^PodSecurity "restricted" of namespace monitoring refuses the agent's pods \(host namespaces \(hostNetwork=true\)\): label the namespace/);
  expect(rolloutOf(facts({ pods: [], events: [refused('pods "x" is forbidden: exceeded quota: small')] })).trouble).toMatch(/^A quota of namespace monitoring/);
  expect(rolloutOf(facts({ events })).trouble).toBeUndefined();
});

test('versions are compared by number, and the one that is behind is to be brought up', () => {
  expect(versionTrouble('0.1.0', '0.1.0')).toBeUndefined();
  expect(versionTrouble('0.9.0', '0.10.0')).toBe('The agent is version 0.9.0, this extension 0.10.0: run "Upgrade Agent…".');
  expect(versionTrouble('1.0.0', '0.10.0')).toMatch(/newer than this extension \(0\.10\.0\): update the extension/);
  expect(versionTrouble('', '0.1.0')).toMatch(/does not say its version/);
});
