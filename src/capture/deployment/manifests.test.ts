import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { expect, test } from 'vitest';
import { agentManifests, manifestVersion } from './manifests.ts';

const shipped = ['stratoshark.yaml', 'admission.yaml'].map((file) => readFileSync(join(import.meta.dirname, '../../../bpf/deploy', file), 'utf8'));
const plain = { namespace: 'monitoring', image: '', resources: {} };

test('what is read is what is applied, comments and all', () => {
  const { text, objects } = agentManifests(shipped, { ...plain, namespace: 'tracing', image: 'registry.example.com/agent:2', resources: { limits: { memory: '1Gi' } } });
  expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual(objects);
  expect(text).toContain('# NET_RAW: packet sockets.');
  expect(text).not.toMatch(/namespace: monitoring|name: monitoring/);
  expect(text).toContain('image: registry.example.com/agent:2');
});

test('agents come last, after what holds their users', () => {
  const kinds = agentManifests(shipped, plain).objects.map(({ kind }) => kind);
  expect(kinds.at(-1)).toBe('DaemonSet');
  expect(kinds).toContain('ValidatingAdmissionPolicyBinding');
  expect(kinds[0]).toBe('Namespace');
});

test('a limit that is chosen leaves the other as it was', () => {
  const set = agentManifests(shipped, { ...plain, resources: { limits: { memory: '1Gi' } } }).objects.at(-1) as unknown as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { readonly resources: unknown }[] } } };
  };
  expect(set.spec.template.spec.containers[0]?.resources).toEqual({ requests: { memory: '512Mi', cpu: '250m' }, limits: { memory: '1Gi', cpu: '1' } });
});

test('the label of the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as { readonly version: string };
  expect(manifestVersion(agentManifests(shipped, plain))).toBe(version);
});

test.each([
  [{ namespace: 'a/../b' }, 'stratoshark.agent.namespace'],
  [{ image: 'x: {y}' }, 'stratoshark.agent.image'],
  [{ resources: { limits: { memory: 'lots' } } }, 'stratoshark.agent.resources'],
  [{ resources: { requests: { cpu: 1 as unknown as string } } }, 'stratoshark.agent.resources'],
])('%j is refused, with the setting to correct', (wrong, setting) => {
  expect(() => agentManifests(shipped, { ...plain, ...wrong })).toThrow(setting);
});
