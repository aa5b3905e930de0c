import { expect, test } from 'vitest';
import { escapeHtml, escapeLabel, escapeNotification, escapeTerminal } from './escape.ts';

test('HTML text cannot leave its attribute or element', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
});

test('text on a terminal moves no cursor, turns no line and stays the same JSON', () => {
  expect(escapeTerminal('a\u001b[2J\u0007\r\u009b31m\u202eb\u2066\u200b\u{e0041}\tc\n')).toBe('a\\u001b[2J\\u0007\\u000d\\u009b31m\\u202eb\\u2066\\u200b\\udb40\\udc41\tc\n');
  const value = { name: '\u202e\u{e0041}\u0085é🦈' };
  expect(JSON.parse(escapeTerminal(JSON.stringify(value)))).toEqual(value);
});

test('a notification has no links, a label no pictures but those of its maker', () => {
  expect(escapeNotification('[a](command:b) [c](https://d) [e] (f)\u202e')).toBe('[a] (command:b) [c] (https://d) [e] (f)\\u202e');
  expect(escapeLabel('$(bug) 5$')).toBe('$ (bug) 5$');
});
