import { afterEach, expect, test, vi } from 'vitest';
import type { TreeNode } from './node.ts';
import { ShownTree, type Shown } from './shown.ts';

interface Plan {
  readonly label?: string;
  readonly children?: Readonly<Record<string, Plan>>;
}

/** Nodes of a plan, counted as they are made. */
function nodesOf(plans: Readonly<Record<string, Plan>>, made: string[] = []): readonly TreeNode[] {
  return Object.entries(plans).map(([id, { label = id, children }]) => {
    made.push(id);
    return { id, label, icon: '', menu: '', context: '', ...(children === undefined ? {} : { children: () => nodesOf(children, made) }) };
  });
}
const ids = (rows: readonly Shown[] | 'all'): readonly string[] | 'all' => (rows === 'all' ? 'all' : rows.map(({ node }) => node.id));

function expanded(plan: { now: Readonly<Record<string, Plan>> }, made: string[] = []): ShownTree {
  const tree = new ShownTree(() => nodesOf(plan.now, made));
  const open = (rows: readonly Shown[]): void => { for (const row of rows) if (row.node.children !== undefined) open(tree.childrenOf(row)); };
  open(tree.childrenOf());
  return tree;
}

test('nothing is drawn anew where nothing looks different', () => {
  const plan = { now: { a: { children: { b: {} } } } as Readonly<Record<string, Plan>> };
  const tree = expanded(plan);
  plan.now = { a: { children: { b: {} } } };
  expect(ids(tree.changed())).toEqual([]);
});

test('a row that looks different is drawn anew, not its neighbours; a list that is another one, with its parent', () => {
  const plan = { now: { a: { children: { b: {}, c: {} } }, d: { children: { e: {} } } } as Readonly<Record<string, Plan>> };
  const tree = expanded(plan);
  plan.now = { a: { children: { b: { label: 'new' }, c: {} } }, d: { children: { e: {} } } };
  expect(ids(tree.changed())).toEqual(['b']);
  plan.now = { a: { children: { b: { label: 'new' } } }, d: { children: { e: {}, f: {} } } };
  expect(ids(tree.changed())).toEqual(['a', 'd']);
  expect(ids(tree.changed())).toEqual([]);
  plan.now = { d: { children: { e: {}, f: {} } } };
  expect(ids(tree.changed())).toBe('all');
});

test('a row stays the same object and stands for what is there now; what is gone is let go', () => {
  const plan = { now: { a: { children: { b: {} } } } as Readonly<Record<string, Plan>> };
  const tree = expanded(plan);
  const [a] = tree.childrenOf();
  plan.now = { a: { label: 'renamed', children: { b: {} } }, z: {} };
  expect(tree.changed()).toBe('all');
  expect(tree.childrenOf()[0]).toBe(a);
  expect(a?.node.label).toBe('renamed');
  expect(tree.size).toBe(3);
  plan.now = { z: {} };
  tree.changed();
  expect(tree.size).toBe(1);
});

afterEach(() => { vi.useRealTimers(); });

test('a row that comes back soon, as when a cluster is connected anew, is the same object; later it is let go', () => {
  vi.useFakeTimers();
  const plan = { now: { a: { children: { b: {} } } } as Readonly<Record<string, Plan>> };
  const tree = expanded(plan);
  const [a] = tree.childrenOf();
  const [b] = a?.children ?? [];
  const change = (now: Readonly<Record<string, Plan>>): void => {
    plan.now = now;
    tree.changed();
  };
  change({ loading: {} });
  vi.advanceTimersByTime(5000);
  change({ a: { label: 'anew', children: { b: {} } } });
  expect([tree.childrenOf()[0], a?.node.label, a?.children]).toEqual([a, 'anew', undefined]);
  expect(a === undefined ? undefined : tree.childrenOf(a)[0]).toBe(b);
  change({ loading: {} });
  vi.advanceTimersByTime(60_000);
  change({ other: {} });
  change({ a: { children: { b: {} } } });
  expect(tree.childrenOf()[0]).not.toBe(a);
});

test('what nobody has opened is not made', () => {
  const made: string[] = [];
  const plan = { now: { a: { children: { b: {} } } } as Readonly<Record<string, Plan>> };
  const tree = new ShownTree(() => nodesOf(plan.now, made));
  tree.childrenOf();
  tree.changed();
  expect(made).toEqual(['a', 'a']);
});
