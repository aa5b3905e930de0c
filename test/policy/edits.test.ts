/** Edits of YAML text: what changes is what is meant, in block and flow style, with comments, quotes and Windows line ends. */
import { describe, expect, test } from 'vitest';
import { appendDocument, EditError, YamlEditor, type OffsetEdit } from '../../src/policy/editor/edits.ts';
import { parseYaml } from '../../src/policy/yaml.ts';
import type { YamlPath } from '../../src/policy/types.ts';

const apply = (text: string, { start, end, text: put }: OffsetEdit): string => text.slice(0, start) + put + text.slice(end);

function edit(text: string, make: (editor: YamlEditor) => OffsetEdit, at = 0): string {
  const object = parseYaml(text)[at];
  if (object === undefined) throw new Error('there is no object');
  return apply(text, make(new YamlEditor(text, object)));
}

describe('add', () => {
  test.each<readonly [string, string, YamlPath, unknown, string]>([
    ['an item, behind the comment of the last', 'a:\n  - x: 1 # one\n# end\n', ['a', '-'], { w: 2 }, 'a:\n  - x: 1 # one\n  - w: 2\n# end\n'],
    ['an item as far out as its key', 'a:\n- x\nb: 1\n', ['a', '-'], { w: [1] }, 'a:\n- x\n- w:\n  - 1\nb: 1\n'],
    ['an item before another, behind its comment', 'a:\n  # first\n  - x\n  # second\n  - z\n', ['a', 1], 'w', 'a:\n  # first\n  - x\n  # second\n  - w\n  - z\n'],
    ['an item at the end of a text without a line end', 'a:\n  - x', ['a', '-'], 'w', 'a:\n  - x\n  - w'],
    ['an item behind a nested block', 'a:\n  - b:\n      - c: 1\n\n\nz: 1\n', ['a', '-'], 'w', 'a:\n  - b:\n      - c: 1\n  - w\n\n\nz: 1\n'],
    ['an item in flow style', 'a: [x, "y"] # flow\n', ['a', '-'], 'z', 'a: [x, "y", "z"] # flow\n'],
    ['an item to an empty list of a block', 'spec:\n  a: []\n  b: 1\n', ['spec', 'a', '-'], { w: 2 }, 'spec:\n  a:\n    - w: 2\n  b: 1\n'],
    ['an item to an empty list with a comment', 'spec:\n  a: [] # none\n', ['spec', 'a', '-'], 1, 'spec:\n  a: [1] # none\n'],
    ['an item to JSON', '{"a": [{"x": 1}]}\n', ['a', '-'], { w: 2 }, '{"a": [{"x": 1}, {"w":2}]}\n'],
    ['an item to empty JSON', '{"a": []}\n', ['a', '-'], { w: 2 }, '{"a": [{"w":2}]}\n'],
    ['a key', 'spec:\n  a: 1 # one\nz: 1\n', ['spec', 'b'], [{ c: 'd' }], 'spec:\n  a: 1 # one\n  b:\n    - c: d\nz: 1\n'],
    ['a key to a map in a list', 'a:\n  - b: 1\n  - c: 2\n', ['a', 0, 'x'], 'w', 'a:\n  - b: 1\n    x: w\n  - c: 2\n'],
    ['a key to an empty map', 'spec:\n  a: {}\n', ['spec', 'a', 'b'], 1, 'spec:\n  a:\n    b: 1\n'],
    ['the value of a key that has none', 'spec:\n  a:\n  b: 1\n', ['spec', 'a'], ['x'], 'spec:\n  a:\n    - x\n  b: 1\n'],
    ['the value of a null', 'spec:\n  a: null # nothing\n', ['spec', 'a', '-'], 'x', 'spec:\n  a:\n    - x # nothing\n'],
    ['an item behind a literal block', 'a:\n  - |\n    text\n    more\nb: 1\n', ['a', '-'], 'w', 'a:\n  - |\n    text\n    more\n  - w\nb: 1\n'],
    ['an item between Windows line ends', 'a:\r\n  - x\r\nb: 1\r\n', ['a', '-'], { w: 2, z: 3 }, 'a:\r\n  - x\r\n  - w: 2\r\n    z: 3\r\nb: 1\r\n'],
    ['words that YAML 1.1 takes for booleans', 'a:\n  b: 1\n', ['a', 'c'], 'yes', 'a:\n  b: 1\n  c: "yes"\n'],
  ])('%s', (_name, text, path, value, expected) => {
    const changed = edit(text, (editor) => editor.add(path, value));
    expect(changed).toBe(expected);
    expect(parseYaml(changed)[0]?.problems).toEqual([]);
  });

  test('to the document it is for, and to an item of a List', () => {
    const two = 'a: [1]\n---\n# two\na:\n  - 2\n---\na: [3]\n';
    expect(edit(two, (editor) => editor.add(['a', '-'], 4), 1)).toBe('a: [1]\n---\n# two\na:\n  - 2\n  - 4\n---\na: [3]\n');
    const list = 'kind: List\nitems:\n- a:\n  - 1\n- a:\n  - 2\n';
    expect(edit(list, (editor) => editor.add(['a', '-'], 3), 0)).toBe('kind: List\nitems:\n- a:\n  - 1\n  - 3\n- a:\n  - 2\n');
  });

  test('is refused where the text is laid out in a way that cannot be kept', () => {
    expect(() => edit('a:\n  - - x\n', (editor) => editor.add(['a', 0, '-'], 'w'))).toThrow(EditError);
    expect(() => edit('a: 1\n', (editor) => editor.add(['b', 'c'], 1))).toThrow(EditError);
    expect(() => edit('a: text\n', (editor) => editor.add(['a', '-'], 1))).toThrow(EditError);
  });
});

describe('change', () => {
  test.each<readonly [string, string, (editor: YamlEditor) => OffsetEdit, string]>([
    ['a plain value', 'a: x # c\n', (editor) => editor.replaceScalar(['a'], 'w'), 'a: w # c\n'],
    ['a value in double quotes', 'a: "x"\n', (editor) => editor.replaceScalar(['a'], 'y"z'), 'a: "y\\"z"\n'],
    ['a value in single quotes', "a: 'x'\n", (editor) => editor.replaceScalar(['a'], "w'z"), "a: 'w''z'\n"],
    ['a text that reads as a number', 'a: x\n', (editor) => editor.replaceScalar(['a'], '80'), 'a: "80"\n'],
    ['a number', 'a: 80\n', (editor) => editor.replaceScalar(['a'], 8080), 'a: 8080\n'],
    ['a key', 'a:\n  ingres: # c\n    - 1\n', (editor) => editor.renameKey(['a', 'ingres'], 'ingress'), 'a:\n  ingress: # c\n    - 1\n'],
    ['quotes around a boolean', 'a: yes\n', (editor) => editor.quote(['a']), 'a: "yes"\n'],
    ['an item away', 'a:\n  # one\n  - x: 1\n    w: 2\n  # two\n  - z\n', (editor) => editor.removeItem(['a', 0]), 'a:\n  # one\n  # two\n  - z\n'],
    ['the last item away', 'a:\n  - x\n  - z # last\nb: 1\n', (editor) => editor.removeItem(['a', 1]), 'a:\n  - x\nb: 1\n'],
    ['an item of flow style away', 'a: [x, y, z]\n', (editor) => editor.removeItem(['a', 1]), 'a: [x, z]\n'],
    ['the last item of flow style away', 'a: [x, y]\n', (editor) => editor.removeItem(['a', 1]), 'a: [x]\n'],
  ])('%s', (_name, text, make, expected) => {
    expect(edit(text, make)).toBe(expected);
  });
});

test('a document is put behind the others', () => {
  expect(apply('a: 1', appendDocument('a: 1', { b: 2 }))).toBe('a: 1\n---\nb: 2\n');
  expect(apply('a: 1\r\n', appendDocument('a: 1\r\n', { b: 2 }))).toBe('a: 1\r\n---\r\nb: 2\r\n');
});
