/** Policies an agent keeps in its captures: from an API server's lists, all kinds or none. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { PolicyWatch } from '../../src/agent/policyWatch.ts';
import { ApiClient } from '../../src/cluster/apiClient.ts';
import { kubeconfig, startFakeApiServer, type FakeApiServer } from './fakeApiServer.ts';

const spec = { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress'] };
const created = '2026-03-01T12:00:00Z';
const policy = (namespace: string, name: string) => ({
  apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec,
  metadata: { name, namespace, uid: `${namespace}-${name}`, creationTimestamp: created, labels: { team: 'a' }, annotations: { note: 'MARKER' }, managedFields: [{ manager: 'MARKER' }] },
});
const admin = { apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'AdminNetworkPolicy', metadata: { name: 'guard', uid: 'guard', creationTimestamp: created }, spec: { priority: 5 } };
const objects = [policy('shop', 'one'), policy('shop', 'two'), policy('shop', 'three'), policy('other', 'four')];

const folder = mkdtempSync(join(tmpdir(), 'policy-watch-'));
let server: FakeApiServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function watched(options: Parameters<typeof startFakeApiServer>[0], namespace?: string): Promise<PolicyWatch> {
  server = await startFakeApiServer(options);
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig(server.url));
  const watch = new PolicyWatch(ApiClient.open(undefined, file), namespace);
  await watch.begin();
  rmSync(file);
  return watch;
}
const names = (watch: PolicyWatch, ...namespaces: readonly string[]): readonly string[] => watch.versions(new Set(namespaces)).map(({ name }) => name).sort();

test('policies of the namespaces asked for, with what they say and nothing else', async () => {
  const watch = await watched({ objects });
  expect(watch.problem).toBeUndefined();
  expect(names(watch, 'shop')).toEqual(['one', 'three', 'two']);
  expect(names(watch, 'shop', 'other')).toHaveLength(4);
  expect(watch.versions(new Set(['other']))).toEqual([
    { kind: 'NetworkPolicy', name: 'four', namespace: 'other', uid: 'other-four', labels: { team: 'a' }, spec, from: BigInt(Date.parse(created)) * 1_000_000n },
  ]);
});

test('policies of the whole cluster count for every namespace, where they are installed', async () => {
  const watch = await watched({ objects: [...objects, admin] });
  expect(names(watch, 'nowhere')).toEqual(['guard']);
  expect(watch.versions(new Set()).map(({ namespace }) => namespace)).toEqual([undefined]);
});

test('a kind that may not be read leaves all out, and says so', async () => {
  const watch = await watched({ objects, forbidden: ['networkpolicies'] });
  expect(watch.problem).toMatch(/^Policies are not kept in the capture: .*networkpolicies is forbidden/);
  expect(names(watch, 'shop')).toEqual([]);
});

test('held to a namespace it tells of that one alone; of policies of the whole cluster it tells nothing, so it tells none', async () => {
  expect(names(await watched({ objects }, 'shop'), 'shop', 'other')).toEqual(['one', 'three', 'two']);
  await server?.stop();
  const watch = await watched({ objects: [...objects, admin] }, 'shop');
  expect(names(watch, 'shop')).toEqual([]);
  expect(watch.problem).toContain('whole cluster');
});
