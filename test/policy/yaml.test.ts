/** The fast reader of plain YAML against the full parser, and what parsing promises about hostile text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { parseYaml, parseYamlFully } from '../../src/policy/yaml.ts';
import { readFast } from '../../src/policy/yamlFast.ts';
import { clusterYaml, generateCluster, randomFrom } from '../bench/policyCluster.ts';

const fixtures = join(import.meta.dirname, '../fixtures/policy');

/** Whether the fast reader read the text; what it read is what the full parser reads. */
function agrees(text: string): boolean {
  const fast = readFast(text, 0, text.length);
  if (fast === 'declined') return false;
  const full = parseYamlFully(text);
  expect([fast.value ?? null]).toEqual(full.length === 0 ? [null] : full);
  return true;
}

const texts: readonly string[] = [
  ...generateCluster({ namespaces: 2, podsPerNamespace: 6, policiesPerNamespace: 5, nodes: 2 }, 5, true).map((object) => clusterYaml([object])),
  ...readFileSync(join(fixtures, 'lint-cases.jsonl'), 'utf8').trim().split('\n').map((line) => stringify((JSON.parse(line) as { document: unknown }).document)),
  ...readFileSync(join(fixtures, 'shop.yaml'), 'utf8').split('---\n'),
];

describe('the fast reader', () => {
  test('reads most of what tools write, and the same values', () => {
    const read = texts.filter(agrees).length;
    expect(read).toBeGreaterThan(texts.length * 0.6);
  });

  test('reads the same values, or declines, after random changes of the text', () => {
    const random = randomFrom(99);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const pieces = [':', ': ', '- ', '-', ' ', '  ', '\n', '"', "'", "''", '\\', '\\n', '\n  ', '.', '#', ' # x', '{', '}', '[', '&a ', '*a', '\t', '|', '|-', '>', '~', 'yes', 'n', '1', '0x1f', '1e3', '017', '1_0', '...\n', '? ', '!!str ', '%', '@', '\r', 'é', '\u2028', '-x', '--', '\n      more', '1a', '0b', '9f'];
    let read = 0;
    for (let count = 0; count < 2500; count++) {
      const text = pick(texts);
      const at = Math.floor(random() * text.length);
      const changed = text.slice(0, at) + pick(pieces) + text.slice(at + Math.floor(random() * 3));
      if (!/^(?:---|\.\.\.|%)/m.test(changed) && agrees(changed)) read++;
    }
    expect(read).toBeGreaterThan(300);
  }, 60_000);

  test.each([
    ['a: |\n  x\n   y\n\nb: 1\n', { a: 'x\n y\n', b: 1 }],
    ['a: |-\n  x\n', { a: 'x' }],
    ['a:\n- b: 1\n  c: [ ]\n- d\n', undefined],
    ['a:\n- b: 1\n  c: []\n- d\n', { a: [{ b: 1, c: [] }, 'd'] }],
    ["'a': 'it''s'\n", { a: "it's" }],
    ["a: 'it''s '' # not a comment'' ' # one\n", { a: "it's ' # not a comment' " }],
    ["a: ''''\nb: ''\n", { a: "'", b: '' }],
    ["m: '0/2 nodes: it''s\n  full of ''pods'' '\nb: 1\n", { m: "0/2 nodes: it's full of 'pods' ", b: 1 }],
    ["m: 'one\n\n  two'\n", undefined],
    ["m: 'one\n  # two'\n", undefined],
    ["m: 'one\ntwo'\n", undefined],
    ["m: '\n  two'\n", undefined],
    ['m: "one\n  two"\n', { m: 'one two' }],
    ['m: "one\\\n  two"\n', undefined],
    ['m: "a\\n\\"b\\" \\u00e9\\t"\n', { m: 'a\n"b" é\t' }],
    ['m: "\\x41"\n', undefined],
    ['m: "a\\\\"\n', { m: 'a\\' }],
    ['m: one\n  # two\n  three\n', undefined],
    ['.dockerconfigjson: x\nf: .bashrc\n', { '.dockerconfigjson': 'x', f: '.bashrc' }],
    ['f: .5\n', undefined],
    ['f: .Inf\n', undefined],
    ['a: 10.0.0.1\nb: 100m\nc: 010\n', undefined],
    ['a: 10.0.0.1\nb: 100m\nc: on # yes\n', { a: '10.0.0.1', b: '100m', c: true }],
    ['a: 1\na: 2\n', undefined],
    ['a:\n- --config=x\n- -v\n- -v=3\n', { a: ['--config=x', '-v', '-v=3'] }],
    ['a: -.5\n', undefined],
    ['a: 9f86d081884c7d\nb: 0f0e6f\nc: 12ab\n', { a: '9f86d081884c7d', b: '0f0e6f', c: '12ab' }],
    ['a: 0b11\n', undefined],
    ['a: 0xab\n', undefined],
    ['a: 12e3\n', undefined],
    ['a:\n  m: one\n    two three\n    4\n  b: 1\n', { a: { m: 'one two three 4', b: 1 } }],
    ['- m: 1\n    2\n- b\n', [{ m: '1 2' }, 'b']],
    ['m: one\n\n  two\n', undefined],
    ['m: one\n  two: 3\n', undefined],
    ['m: one\n  - two\n', undefined],
    ['m: {}\n  two\n', undefined],
    ['m: one # x\n  two\n', undefined],
  ])('%j', (text, expected) => {
    const fast = readFast(text, 0, text.length);
    expect(fast === 'declined' ? undefined : fast.value).toEqual(expected);
    if (fast !== 'declined') agrees(text);
  });
});

describe('a list with an item that is beyond the plain part', () => {
  const odd = ['{a: [1, 2]}', '&x 1', '>-\n    folded\n    lines', '"\\x41"', '!!str 5', '|2\n      two', '1e3'];
  const list = (middle: string): string => `kind: List\nitems:\n- x: one\n- x: ${middle}\n  # a comment\n# another\n\n  y: 2\n- x: three\n  z: |\n    text\nafter: 1\n`;

  test.each(odd)('%j: the values of the full parser, which read that item and no other', (middle) => {
    const asked: string[] = [];
    const text = list(middle);
    const fast = readFast(text, 0, text.length, (item) => {
      asked.push(item);
      return { value: parseYamlFully(item)[0] };
    });
    expect([fast]).toEqual(parseYamlFully(text).map((value) => ({ value })));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^- x: (?!one|three)/);
  });

  test.each(['[1', '*nowhere', '1\n  x: 2', '"open', "'a\nb'", '1\n   y: 3'])('%j: a fault in it is told as of the whole', (middle) => {
    const text = list(middle);
    expect(parseYaml(text)[0]?.problems).not.toEqual([]);
  });

  test('takes no longer than by itself: of 4,000 objects one has brackets', () => {
    const plain = generateCluster({ namespaces: 20, podsPerNamespace: 200, policiesPerNamespace: 0, nodes: 2 }, 5, true);
    const text = `kind: List\nitems:\n${plain.map((object) => `- ${clusterYaml([object]).replace(/^---\n/, '').trimEnd().replaceAll('\n', '\n  ')}\n`).join('')}`;
    const changed = text.replace(/^( *)labels:$/m, '$1annotations: {a: b}\n$1labels:');
    expect(changed).not.toBe(text);
    let asked = 0;
    expect(readFast(changed, 0, changed.length, (item) => {
      asked += item.length;
      return { value: parseYamlFully(item)[0] };
    })).not.toBe('declined');
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThan(text.length / 1000);
  });
});

describe('parsing', () => {
  test('keeps documents, items of lists and their places apart', () => {
    const text = '# first\n---\na: 1\n---\n# nothing\n---\nkind: List\nitems:\n- x: 1\n- x: 2\n  w: {z: 3}\n---\n{"b": [1, 2]}\n';
    const objects = parseYaml(text);
    expect(objects.map(({ document, path, value }) => [document, path.join('.'), value])).toEqual([
      [0, '', { a: 1 }],
      [2, 'items.0', { x: 1 }],
      [2, 'items.1', { x: 2, w: { z: 3 } }],
      [3, '', { b: [1, 2] }],
    ]);
    expect(objects[2]?.rangeOf(['w', 'z']).start).toEqual({ offset: text.indexOf('z: 3'), line: 11, column: 7 });
    expect(objects[3]?.rangeOf(['b', 1]).start).toMatchObject({ line: 13, column: 11 });
    expect(objects[0]?.rangeOf(['nowhere']).start).toMatchObject({ line: 3, column: 1 });
  });

  test('gives a problem with its place where a text is no YAML', () => {
    const [good, bad] = parseYaml('a: 1\n---\nb: [1,\nc: }\n');
    expect(good?.problems).toEqual([]);
    expect(bad?.problems[0]).toMatchObject({ kind: 'syntax', range: { start: { line: 4 } } });
  });

  test('stops at a "billion laughs"', () => {
    const levels = Array.from({ length: 30 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}, *l${at}, *l${at}, *l${at}]`);
    const [object] = parseYaml(`l0: &l0 [x]\n${levels.join('\n')}\n`);
    expect(object?.problems[0]?.kind).toBe('syntax');
  });

  test('reads 5 MB, templates and noise without hanging', () => {
    const large = `data: |\n${'  some text that goes on and on and on\n'.repeat(130_000)}`;
    const started = performance.now();
    expect(parseYaml(large)).toHaveLength(1);
    for (const text of ['{{- if .Values.x }}\na: {{ .b }}\n{{- end }}\n', '\u0000\u0001', '[[[[[[[[', '---\n---\n---\n', '', '\ufeffa: 1\n', '- - - - 1\n', '['.repeat(100_000), `a:\n${Array.from({ length: 20_000 }, (_, at) => `${' '.repeat(at + 1)}a:`).slice(0, 3000).join('\n')}\n`, `${'- '.repeat(100_000)}1\n`]) {
      expect(() => parseYaml(text).map((object) => object.rangeOf(['a']))).not.toThrow();
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
