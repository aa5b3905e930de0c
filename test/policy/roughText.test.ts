/** Text as it is while people type, and text that is no YAML: words instead of errors, and soon. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PolicyService } from '../../src/policy/editor/service.ts';

const fixtures = join(import.meta.dirname, '../fixtures/policy');
const shop = readFileSync(join(fixtures, 'shop.yaml'), 'utf8');
const backend = readFileSync(join(fixtures, 'backend-netpol.yaml'), 'utf8');
const uri = 'file:///typed.yaml';

function serviceWith(text: string): PolicyService {
  const service = new PolicyService();
  service.setFiles({ files: [{ uri: 'file:///shop.yaml', text: shop, open: false }, { uri, text, open: true }] });
  return service;
}

/** All questions an editor asks about a text; the processor time they took, milliseconds. */
function askAll(service: PolicyService, text: string): number {
  const started = process.cpuUsage();
  const end = { line: text.split('\n').length - 1, character: text.length - text.lastIndexOf('\n') - 1 };
  service.analyse({ uri });
  service.fixes({ uri, range: { start: { line: 0, character: 0 }, end } });
  service.hover({ uri, position: end });
  service.complete({ uri, position: end });
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

test('every beginning of a policy is answered', () => {
  const service = serviceWith('');
  for (let length = 0; length <= backend.length; length++) {
    const text = backend.slice(0, length);
    service.setFiles({ files: [{ uri, text, open: true }] });
    expect(() => askAll(service, text), JSON.stringify(text.slice(-40))).not.toThrow();
  }
});

test('every line left out, doubled, or moved in is answered', () => {
  const lines = backend.split('\n');
  const service = serviceWith('');
  for (const at of lines.keys()) {
    for (const text of [lines.toSpliced(at, 1), lines.toSpliced(at, 0, lines[at] ?? ''), lines.with(at, `  ${lines[at] ?? ''}`), lines.with(at, `\t${lines[at] ?? ''}`), lines.with(at, `${lines[at] ?? ''} {[`)].map((one) => one.join('\n'))) {
      service.setFiles({ files: [{ uri, text, open: true }] });
      expect(() => askAll(service, text), text).not.toThrow();
    }
  }
});

describe('clear words', () => {
  const messages = (text: string): readonly string[] => serviceWith(text).analyse({ uri })?.diagnostics.map(({ severity, message, range }) => `${range.start.line + 1} ${severity}: ${message}`) ?? ['nothing at all'];

  test('a template is called one, once', () => {
    const text = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: {{ .Release.Name }}-x\nspec:\n  {{- if .Values.open }}\n  podSelector: {}\n  {{- end }}\n';
    expect(messages(text)).toEqual([expect.stringMatching(/^4 information: This document is a template .*helm template/)]);
  });

  test('a template in quotes is one too, and counts nowhere', () => {
    const text = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: "{{ .Release.Name }}"\n  namespace: shop\nspec:\n  podSelector: {}\n';
    expect(messages(text)).toEqual([expect.stringMatching(/^4 information: This document is a template/)]);
    expect(serviceWith(text).panel({ uri, policy: '' }).policies).toBe(0);
  });

  test('an unknown version names the known one and offers it', () => {
    const text = backend.replace('networking.k8s.io/v1', 'networking.k8s.io/v1beta2');
    expect(messages(text)[0]).toBe('2 error: NetworkPolicy is not served as networking.k8s.io/v1beta2: use networking.k8s.io/v1'.replace('error: ', 'error: apiVersion: '));
    const fix = serviceWith(text).fixes({ uri, range: { start: { line: 1, character: 0 }, end: { line: 1, character: 1 } } })[0]?.fix;
    expect(fix).toMatchObject({ title: 'Use networking.k8s.io/v1', edits: [{ text: 'networking.k8s.io/v1' }] });
  });

  test('a slip in a field is named and mended', () => {
    const text = backend.replace('  ingress:', '  ingres:');
    expect(messages(text)[0]).toContain('did you mean "ingress"?');
    expect(serviceWith(text).fixes({ uri, range: { start: { line: 13, character: 0 }, end: { line: 13, character: 1 } } })[0]?.fix.title).toBe('Change to "ingress"');
  });

  test('an unfinished bracket says that it is not YAML yet; the other documents are judged', () => {
    const text = `${backend}---\nkind: NetworkPolicy\nspec: [\n`;
    const found = messages(text);
    expect(found.some((one) => one.includes('error: This is not valid YAML yet'))).toBe(true);
    expect(found.some((one) => one.includes('tier=web: is that meant?'))).toBe(true);
  });

  test('other YAML is left alone', () => {
    expect(messages('kind: Deployment\nspec: [\n')).toEqual(['nothing at all']);
    expect(messages('services:\n  web: {image: x}\n')).toEqual(['nothing at all']);
  });
});

/** Policies and pods until the text is as long as asked. */
function long(characters: number, one: (at: number) => string): string {
  const parts: string[] = [];
  for (let at = 0, size = 0; size < characters; at++) {
    const part = one(at);
    parts.push(part);
    size += part.length;
  }
  return parts.join('');
}

// The limits are several times what was measured: they find what grows without bound, not what is slow.
test.each<readonly [string, string, number]>([
  ['1 MB of policies, a document each', long(1e6, (at) => `---\n${backend.replace('name: backend-netpol', `name: p${at}`)}`), 8_000],
  ['1 MB of one List', `apiVersion: v1\nkind: List\nitems:\n${long(1e6, (at) => `- apiVersion: networking.k8s.io/v1\n  kind: NetworkPolicy\n  metadata: {name: p${at}, namespace: shop}\n  spec: {podSelector: {}}\n`)}`, 12_000],
  ['5 MB of brackets', `kind: NetworkPolicy\nspec: ${'['.repeat(5e6)}\n`, 2_000],
  ['5 MB in one line', `kind: NetworkPolicy\nname: ${'x'.repeat(5e6)}\n`, 2_000],
  ['1 MB of keys', `kind: NetworkPolicy\nspec:\n${long(1e6, (at) => `  k${at}: 1\n`)}`, 12_000],
  ['17 MB', `kind: NetworkPolicy\n${'# x\n'.repeat(4.25e6)}`, 8_000],
])('%s: answered in time', (_name, text, limit) => {
  expect(askAll(serviceWith(text), text)).toBeLessThan(limit);
}, 120_000);
