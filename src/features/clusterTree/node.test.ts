import { expect, test } from 'vitest';
import { ClusterView } from '../../cluster/clusterView.ts';
import { kMostShown, rows, type Scope, type TreeNode } from './node.ts';

const scope: Scope = { view: new ClusterView('c', ''), filter: '', pinned: new Set(), typed: [], agents: { namespace: 'monitoring', version: '' } };
const known = (count: number): Parameters<typeof rows>[2] => ({
  items: Array.from({ length: count }, (_one, n) => ({ uid: `${n}`, name: `pod-${n}`, namespace: 'n', labels: {} })), loading: false, forbidden: false,
});
const show = (made: string[]) => ({ name }: { readonly name: string }): TreeNode => {
  made.push(name);
  return { id: name, label: name, icon: '', menu: '', context: 'c' };
};

test('a thousand rows are made, and the rest is counted', () => {
  const made: string[] = [];
  const shown = rows(scope, 'pods', known(10_000), 'pods', show(made));
  expect(shown).toHaveLength(kMostShown + 1);
  expect(shown.at(-1)?.label).toBe('9,000 more pods: narrow them with Filter.');
  expect(made).toHaveLength(kMostShown);
});

test('numbers in names count in short lists; long ones are as kubectl has them', () => {
  expect(rows(scope, 'pods', known(11), 'pods', show([])).map(({ label }) => label).slice(0, 3)).toEqual(['pod-0', 'pod-1', 'pod-2']);
  expect(rows(scope, 'pods', known(2500), 'pods', show([])).map(({ label }) => label).slice(0, 3)).toEqual(['pod-0', 'pod-1', 'pod-10']);
});
