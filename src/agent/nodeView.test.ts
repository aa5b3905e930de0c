/** Who has an address, by an API server that is made up. */
import { expect, test } from 'vitest';
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import { NodeView } from './nodeView.ts';

test('an answer that could not be had is asked for again, one that was had is kept, also that nobody has the address', async () => {
  const asked: string[] = [];
  let busy = true;
  const list = async (path: string): Promise<readonly unknown[]> => {
    asked.push(path.replace(/\?.*/, ''));
    await Promise.resolve();
    if (busy && path.includes('/pods')) throw new ClusterError('the API server is busy', 429);
    return path.includes('/pods?') && path.includes('10.0.0.7') ? [{ metadata: { name: 'dns', namespace: 'kube-system', uid: 'u' }, spec: { nodeName: 'n2' }, status: { podIP: '10.0.0.7' } }] : [];
  };
  const view = new NodeView({ list } as unknown as ApiClient, 'n1');
  expect(await view.whoHas('10.0.0.7')).toEqual({ pods: [], services: [] });
  expect(view.hasAnswer('10.0.0.7')).toBe(false);
  busy = false;
  expect((await view.whoHas('10.0.0.7')).pods.map(({ name }) => name)).toEqual(['dns']);
  expect(view.hasAnswer('10.0.0.7')).toBe(true);
  asked.length = 0;
  await view.whoHas('10.0.0.7');
  expect(asked).toEqual([]);
  for (let n = 0; n < 2; n++) expect(await view.whoHas('10.0.0.8')).toEqual({ pods: [], services: [] });
  expect(asked).toEqual(['/api/v1/pods', '/api/v1/services']);
});
