/** What is said of Services without a selector; that their pods are captured is tested on a cluster (test/lab/serviceTarget.test.ts). */
import { expect, it } from 'vitest';
import { ClusterError } from '../../cluster/apiClient.ts';
import type { ClusterView } from '../../cluster/clusterView.ts';
import { serviceObject } from '../../cluster/objects.ts';
import { NoTarget } from './noTarget.ts';
import { writtenEndpoints } from './writtenEndpoints.ts';

const pods = [['here', 'production', '10.244.1.5'], ['there', 'other', '10.244.2.6']].map(([name, namespace, podIP]) => ({ metadata: { name, namespace }, spec: {}, status: { podIP, phase: 'Running' } }));
const node = { metadata: { name: 'proxy', namespace: 'production' }, spec: { hostNetwork: true }, status: { podIP: '10.9.0.1', phase: 'Running' } };

/** `seesAll`: pods of every namespace may be listed. */
function viewOf(addresses: readonly string[], seesAll = true): ClusterView {
  const list = (resource: string, namespace: string, { fieldSelector = '', labelSelector = '' }: Readonly<Record<string, string>>): Promise<readonly object[]> => {
    if (resource === 'endpointSlices' && namespace === 'production' && labelSelector === 'kubernetes.io/service-name=db') {
      return Promise.resolve([{ metadata: { labels: { 'kubernetes.io/service-name': 'db' } }, endpoints: addresses.map((one) => ({ addresses: [one] })) }]);
    }
    if (namespace === '' && !seesAll) return Promise.reject(new ClusterError('no', 403));
    return Promise.resolve([...pods, node].filter((one) => fieldSelector === `status.podIP=${one.status.podIP ?? ''}` && (namespace === '' || namespace === one.metadata.namespace)));
  };
  return { list } as unknown as ClusterView;
}

const db = (spec: object) => serviceObject({ metadata: { name: 'db', namespace: 'production' }, spec });
const byAddress = db({ clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] });
const headless = db({ clusterIP: 'None', clusterIPs: ['None'] });
const rest = 'packets are captured only where pods call the Service: for the rest';

it.each([
  ['pods of its own namespace need no word', byAddress, ['10.244.1.5'], true, [], undefined],
  ['nor those of others, where they may be captured', byAddress, ['10.244.2.6'], true, ['10.244.2.6'], undefined],
  ['without an address either', headless, ['10.244.1.5', '10.244.2.6'], true, ['10.244.2.6'], undefined],
  ['machines', byAddress, ['10.244.1.5', '192.0.2.7', '10.9.0.1'], true, [], `192.0.2.7, 10.9.0.1 behind the Service production/db are no pods, so their ${rest} capture on the machines themselves.`],
  ['pods of others, where they may not be captured', byAddress, ['10.244.2.6'], false, [], `10.244.2.6 (pod other/there) behind the Service production/db is no pod of production, so its ${rest} ask for the right to capture in every namespace.`],
  ['machines without an address to call', headless, ['10.244.1.5', '192.0.2.7'], true, [], '192.0.2.7 behind the Service production/db is no pod, so its packets are not captured: capture on the machines themselves, or capture the pods that call it.'],
  ['nothing', byAddress, [], true, [], 'Nothing is behind the Service production/db, which has neither selector nor endpoints, so only what pods send to its address is captured: write an EndpointSlice for it, or give it a selector.'],
] as const)('%s', async (_what, service, addresses, everywhere, elsewhere, note) => {
  expect(await writtenEndpoints(service, viewOf(addresses), everywhere)).toEqual({ elsewhere, note });
});

it('who may not see pods of other namespaces is told what is no pod of theirs', async () => {
  const { note } = await writtenEndpoints(byAddress, viewOf(['10.244.1.5', '10.244.2.6'], false), false);
  expect(note).toBe(`10.244.2.6 behind the Service production/db is no pod of production, so its ${rest} capture on the machines themselves.`);
});

it.each([
  [headless, [], 'Nothing is behind the Service production/db, which has neither selector nor endpoints nor an address of its own: write an EndpointSlice for it, or give it a selector.'],
  [headless, ['192.0.2.7'], '192.0.2.7 behind the Service production/db is no pod, and it has no address of its own: capture the pods that call it, or capture on the machines themselves.'],
  [db({ type: 'ExternalName' }), [], 'Nothing in the cluster is behind the Service production/db, which is only a name for a host outside: capture the pods that call it.'],
] as const)('nothing to capture is refused', async (service, addresses, sentence) => {
  const asked = writtenEndpoints(service, viewOf(addresses), true);
  await expect(asked).rejects.toThrow(NoTarget);
  await expect(asked).rejects.toThrow(sentence);
});
