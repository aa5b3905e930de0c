/** What can be written at the cursor: labels, namespaces and ports there are, and the few words of the API. */
import type { PolicyCompletion, TextPosition } from '../../contract/policy.ts';
import { stringify } from 'yaml';
import type { Labels, Pod } from '../types.ts';
import { cursorAt, type Cursor } from './cursor.ts';
import { mentionsPolicy, offsetAt } from './files.ts';
import { jsonCursorAt } from './jsonCursor.ts';
import { firstOf, podCount, podName } from './words.ts';
import type { World } from './world.ts';

/** Entries offered; the editor filters them as more is typed. */
const MOST = 200;

interface Choice {
  readonly label: string;
  readonly detail: string;
  readonly insert: string;
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  protocol: ['TCP', 'UDP', 'SCTP'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  policyTypes: ['Ingress', 'Egress'],
};

function scalar(text: string): string {
  return stringify(text, { version: '1.1' }).trimEnd();
}

function word(text: string, detail: string): Choice {
  return { label: text, detail, insert: scalar(text) };
}

/** The YAML document the cursor is in, as text. */
function documentText(text: string, offset: number): string {
  const start = text.lastIndexOf('\n---', offset - 1);
  const end = text.indexOf('\n---', offset);
  return text.slice(Math.max(0, start), end < 0 ? text.length : end);
}

/** The namespace the document says it is in. */
function namespaceOf(text: string): string {
  return /^metadata:[ \t]*\r?\n(?:[ \t]+.*\r?\n|[ \t]*\r?\n)*?[ \t]+namespace:[ \t]*["']?([\w.-]+)/m.exec(text)?.[1] ?? 'default';
}

/** What has labels here: pods, or namespaces. */
interface Things {
  readonly noun: 'pod' | 'namespace';
  readonly all: readonly { readonly name: string; readonly labels: Labels }[];
}

function thingsAt(cursor: Cursor, world: World, namespace: string): Things | undefined {
  const selectors = cursor.path.filter((key) => ['podSelector', 'namespaceSelector', 'namespaces', 'selector'].includes(key));
  const selector = selectors.at(-1);
  const { namespaces, pods } = world.cluster.state;
  if (selector === 'namespaceSelector' || selector === 'namespaces') return { noun: 'namespace', all: namespaces };
  if (selector !== 'podSelector') return undefined;
  const named = (list: readonly Pod[]): Things => ({ noun: 'pod', all: list.map((pod) => ({ name: podName(pod), labels: pod.labels })) });
  // The subject is in the policy's own namespace; a peer may be anywhere.
  const own = pods.filter(({ ns, hostNetwork }) => ns === namespace && !hostNetwork);
  const isSubject = !cursor.path.includes('from') && !cursor.path.includes('to') && !cursor.path.includes('subject');
  return named(isSubject && own.length > 0 ? own : [...own, ...pods.filter(({ ns }) => ns !== namespace)]);
}

function keys({ noun, all }: Things): readonly Choice[] {
  const found = new Map<string, Set<string>>();
  for (const { labels } of all) {
    for (const [key, value] of Object.entries(labels)) {
      const values = found.get(key) ?? new Set<string>();
      values.add(value);
      found.set(key, values);
    }
  }
  return [...found].map(([key, values]) => word(key, `label of a ${noun}: ${firstOf([...values], 3)}`));
}

function values({ noun, all }: Things, key: string): readonly Choice[] {
  const found = new Map<string, string[]>();
  for (const { name, labels } of all) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (value !== undefined) found.set(value, [...(found.get(value) ?? []), name]);
  }
  const count = (names: readonly string[]): string => (noun === 'pod' ? podCount(names.length) : `${names.length} namespace${names.length === 1 ? '' : 's'}`);
  return [...found].map(([value, names]) => word(value, `${count(names)}: ${firstOf(names, 3)}`));
}

function ports(world: World, namespace: string, isIngress: boolean): readonly Choice[] {
  const found = new Map<string, { readonly insert: string; readonly pods: string[] }>();
  const add = (label: string, insert: string, pod: Pod): void => {
    const entry = found.get(label) ?? { insert, pods: [] };
    entry.pods.push(podName(pod));
    found.set(label, entry);
  };
  const own = world.cluster.state.pods.filter(({ ns }) => ns === namespace);
  for (const pod of isIngress && own.length > 0 ? own : world.cluster.state.pods) {
    for (const { containerPort, name, protocol } of pod.ports) {
      add(`${containerPort}`, `${containerPort}`, pod);
      if (name !== undefined) add(name, scalar(name), pod);
      if (protocol !== 'TCP') add(`${containerPort} (${protocol})`, `${containerPort}`, pod);
    }
  }
  return [...found].map(([label, { insert, pods }]) => ({ label, insert, detail: `declared by ${firstOf([...new Set(pods)], 3)}` }));
}

function valueChoices(cursor: Cursor, world: World, namespace: string): readonly Choice[] {
  const key = cursor.path.at(-1) ?? '';
  const parent = cursor.path.at(-2);
  const words = WORDS[key];
  if (words !== undefined && key !== 'policyTypes') return words.map((text) => word(text, ''));
  if (key === 'namespace' && parent === 'metadata') return world.cluster.state.namespaces.map(({ name }) => word(name, 'namespace'));
  if (key === 'port' || key === 'endPort') return ports(world, namespace, cursor.path.includes('ingress'));
  const things = thingsAt(cursor, world, namespace);
  if (things === undefined) return [];
  if (parent === 'matchLabels') return values(things, key);
  if (key === 'key') return keys(things);
  return [];
}

function keyChoices(cursor: Cursor, world: World, namespace: string, key: string | undefined): readonly Choice[] {
  const last = cursor.path.at(-1);
  const parent = cursor.path.at(-2);
  if (last === '-' && parent === 'policyTypes') return (WORDS['policyTypes'] ?? []).map((text) => word(text, ''));
  const things = thingsAt(cursor, world, namespace);
  if (things === undefined) return [];
  if (last === 'matchLabels') {
    return keys(things).filter(({ label }) => !cursor.siblings.has(label)).map((choice) => ({ ...choice, insert: `${choice.insert}: ` }));
  }
  if (last === '-' && parent === 'values' && key !== undefined) return values(things, key);
  return [];
}

/** The `key:` of the match expression whose values are being listed. */
function expressionKey(text: string, line: number): string | undefined {
  const lines = text.split(/\r?\n/);
  for (let at = line - 1; at >= 0 && at > line - 50; at--) {
    const match = /^\s*(?:- +)?key:\s*["']?([^\s"'#]+)/.exec(lines[at] ?? '');
    if (match !== null) return match[1];
    if (/matchExpressions:/.test(lines[at] ?? '')) return undefined;
  }
  return undefined;
}

/** A document that is JSON, or begins as such. */
const isJson = (text: string): boolean => /^\s*[{[]/.test(text);

/** The namespace of the object of Kubernetes that begins there. */
function jsonNamespace(text: string): string {
  return /"metadata"\s*:\s*\{[^}]*?"namespace"\s*:\s*"([\w.-]+)"/.exec(text)?.[1] ?? 'default';
}

/** The same in JSON, where everything but numbers is quoted. */
function completeJson(world: World, text: string, position: TextPosition): readonly PolicyCompletion[] {
  const cursor = jsonCursorAt(text, position);
  if (cursor === undefined) return [];
  const namespace = jsonNamespace(text.slice(cursor.object));
  const isKey = cursor.at === 'key' && cursor.path.at(-1) !== '-';
  const choices = cursor.at === 'value' ? valueChoices(cursor, world, namespace) : keyChoices(cursor, world, namespace, cursor.siblings.get('key'));
  const line = text.split(/\r?\n/)[position.line] ?? '';
  const hasColon = /^\s*:/.test(line.slice(cursor.to));
  return choices.slice(0, MOST).map(({ label, detail }, order) => {
    const bare = /^\d+ \(/.test(label) ? label.split(' ')[0] ?? label : label;
    const quoted = (cursor.path.at(-1) === 'port' || cursor.path.at(-1) === 'endPort') && /^\d+$/.test(bare) ? bare : JSON.stringify(bare);
    return {
      kind: isKey ? 'key' : 'value', label, detail: `${detail}${detail === '' ? '' : ` · ${world.label}`}`, order,
      insert: isKey && !hasColon ? `${quoted}: ` : quoted,
      range: { start: { line: position.line, character: cursor.from }, end: { line: position.line, character: cursor.to } },
    };
  });
}

/** Choices at a position; none outside documents of policies. */
export function completeAt(world: World, text: string, position: TextPosition): readonly PolicyCompletion[] {
  if (isJson(text)) return mentionsPolicy(text) ? completeJson(world, text, position) : [];
  const document = documentText(text, offsetAt(text, position));
  if (!mentionsPolicy(document)) return [];
  const cursor = cursorAt(text, position);
  if (cursor === undefined) return [];
  const namespace = namespaceOf(document);
  const choices =
    cursor.at === 'value'
      ? valueChoices(cursor, world, namespace)
      : keyChoices(cursor, world, namespace, expressionKey(text, position.line));
  const hasColon = cursor.at === 'key' && /^[\w./-]*\s*:/.test(text.split(/\r?\n/)[position.line]?.slice(cursor.to) ?? '');
  // A value needs a space after the colon or the dash.
  const line = text.split(/\r?\n/)[position.line] ?? '';
  const gap = cursor.from > 0 && (line.charAt(cursor.from - 1) === ':' || line.charAt(cursor.from - 1) === '-') ? ' ' : '';
  return choices.slice(0, MOST).map(({ label, detail, insert }, order) => ({
    kind: insert.endsWith(': ') ? 'key' : 'value',
    label,
    detail: `${detail}${detail === '' ? '' : ` · ${world.label}`}`,
    insert: gap + (hasColon && insert.endsWith(': ') ? insert.slice(0, -2) : insert),
    range: { start: { line: position.line, character: cursor.from }, end: { line: position.line, character: cursor.to } },
    order,
  }));
}
