/**
 * The language service over the engine's own tables. What is right comes from tshark: names, types and value names of
 * fields (`-G fields`, `-G values`), where a filter is wrong (the mark under its message), and which filters are valid.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import type { FilterCheck } from '../../src/contract/capture.ts';
import type { LanguageTables } from '../../src/contract/language.ts';
import type { Native } from '../../src/engine/native.d.ts';
import { FilterRegistry } from '../../src/language/registry.ts';
import { FilterLanguage } from '../../src/language/service.ts';
import { tokenize } from '../../src/language/tokens.ts';

const path = process.env['STRATOSHARK_ADDON'] ?? join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');
const native = createRequire(import.meta.url)(path) as Native;
const tables = JSON.parse(native.language()) as LanguageTables;
const language = new FilterLanguage(tables);
const registry = new FilterRegistry(tables);
const check = (text: string): FilterCheck => JSON.parse(native.checkFilter(text)) as FilterCheck;

const environment = { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent' };
const glossary = (kind: string): readonly (readonly string[])[] =>
  execFileSync('tshark', ['-G', kind], { encoding: 'utf8', env: environment, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n').map((line) => line.split('\t'));

const truth = process.env['STRATOSHARK_CORPUS'] ?? join(root, '../shared/corpus');
const truthFile = (name: string): unknown => JSON.parse(readFileSync(join(truth, 'truth', name), 'utf8'));
const hasTruth = existsSync(join(truth, 'truth', 'filters.json'));

/** Filters of ours, valid and not, for machines without the truth lists. */
const own = {
  valid: [
    'tcp.port == 443 && ip.src != 10.0.0.1', 'http.request.method in {"GET", "POST"} || dns', 'not (arp or icmp)', 'tcp[0:2] == 01:bb',
    'len(http.host) > 5', 'max(tcp.srcport, tcp.dstport) >= 8000', 'ip.addr == 10.244.0.0/16', 'tcp.port in {80, 8000..8099}', 'eth.type == 0x0800',
    'tcp.flags & 2', 'ip.src == ${ip.dst}', 'lower(http.host) contains "shop"', 'frame.time_delta > 0.5', 'any tcp.port > 1000', 'ip.addr#1 == 10.0.0.1',
    'tcp.len - 1 > 3', '!tcp.analysis.flags', 'dns.qry.name matches "^a.*z$"', 'ipv6.addr == fe80::/10',
  ],
  invalid: [
    'tcp.prot == 80', 'ip.adr', 'tcp.port == ', 'tcp.port == abc', 'tcp.port == 99999', 'ip.addr == 300.1.1.1', 'tcp.port contains 80', 'tcp)',
    'tcp udp', 'tcp.port => 80', 'http.host matches 5', 'tcp.port in {a, b}', 'frame[a] == 00', 'lower(tcp.port) == "a"', 'tcp.len + "a" > 1',
    'ip.ttl == 64 or or ip.ttl == 128', 'ip && tcp.port == http.host', 'eth.addr == xyz', '5 == 5',
  ],
} as const;
const listed = hasTruth ? truthFile('filters.json') as { readonly valid: Readonly<Record<string, string>> } : { valid: {} };
const valid = [...own.valid, ...Object.values(listed.valid)];

describe('the tables', () => {
  const known = new Map(glossary('fields').flatMap((cells) => {
    const [kind, label = '', name = '', type = ''] = cells;
    return kind === 'F' ? [[name, { label, type }]] : kind === 'P' ? [[name, { label, type: 'FT_PROTOCOL' }]] : [];
  }));
  const ours = registry.fields.filter(({ name }) => known.has(name));

  test('have the types that tshark has', () => {
    expect(ours.length).toBeGreaterThan(900);
    // Kinds of strings and of numbers for frames differ by how they lie in the packet, not by what a filter may do.
    const kind = (type = ''): string => type.replace(/^FT_(STRINGZ?|STRINGZPAD|STRINGZTRUNC|UINT_STRING)$/, 'FT_STRING').replace(/^FT_(SYSTEM_ID|UINT_BYTES|BYTES)$/, 'FT_BYTES').replace('FT_REL_OID', 'FT_OID');
    const other = ours.filter(({ name, type }) => kind(known.get(name)?.type) !== kind(type)).map(({ name, type }) => `${name} ${type} ${known.get(name)?.type ?? ''}`);
    console.log(`fields with another type than tshark's: ${other.length === 0 ? 'none' : other.join(', ')}`);
    expect(other.length / ours.length).toBeLessThan(0.01);
  });

  test('have the labels that tshark has', () => {
    const other = ours.filter(({ name, label }) => known.get(name)?.label !== label).map(({ name, label }) => `${name}: ${label} | ${known.get(name)?.label ?? ''}`);
    console.log(`labels other than tshark's: ${String(other.length)} of ${String(ours.length)}: ${other.slice(0, 10).join('; ')}`);
    expect(other.length / ours.length).toBeLessThan(0.03);
  });

  test('name values as tshark does', () => {
    const names = new Map<string, string>();
    for (const [kind, field = '', value = '', name = ''] of glossary('values')) {
      if (kind === 'V') names.set(`${field} ${String(Number(value))}`, name);
    }
    let compared = 0;
    const other: string[] = [];
    for (const field of tables.fields) {
      for (const [value, name] of field.type === 'FT_BOOLEAN' ? [] : field.values ?? []) {
        const theirs = names.get(`${field.name} ${String(value)}`);
        if (theirs !== undefined) {
          compared++;
          if (theirs !== name) other.push(`${field.name} ${String(value)}: ${name} | ${theirs}`);
        }
      }
    }
    console.log(`value names other than tshark's: ${String(other.length)} of ${String(compared)}: ${other.slice(0, 8).join('; ')}`);
    expect(compared).toBeGreaterThan(500);
    expect(other.length / compared).toBeLessThan(0.03);
  });
});

describe('marks', () => {
  /** Where tshark's caret and tildes stand, undefined where it gives no place. */
  function markOf(said: string): { readonly start: number; readonly end: number } | undefined {
    const line = said.split('\n').find((text) => /^\s+\^~*$/.test(text));
    return line === undefined ? undefined : { start: line.indexOf('^') - 4, end: line.trimEnd().length - 4 };
  }
  const saidByTshark = (filter: string): string =>
    spawnSync('tshark', ['-r', join(root, 'test/fixtures/captures/tcp-syn-retransmission.pcapng'), '-Y', filter], { encoding: 'utf8', env: environment }).stderr;
  const cases: readonly (readonly [string, string])[] = hasTruth
    ? Object.entries((truthFile('invalid.json') as { readonly rejected: Readonly<Record<string, string>> }).rejected)
    : own.invalid.map((filter) => [filter, saidByTshark(filter)]);

  test('each invalid filter has one, inside its text', () => {
    for (const [filter] of cases) {
      const marks = language.diagnose(filter, check(filter));
      expect(marks.filter(({ severity }) => severity === 'error'), filter).toHaveLength(1);
      const [{ start, end, message } = { start: 0, end: 0, message: '' }] = marks;
      expect(start, filter).toBeLessThan(end);
      expect(end, filter).toBeLessThanOrEqual(filter.length);
      expect(message, filter).toMatch(/[.?")]$/);
    }
  });

  test('it stands where tshark puts it', () => {
    const placed = cases.flatMap(([filter, said]) => {
      const theirs = markOf(said);
      return theirs === undefined ? [] : [{ filter, theirs }];
    });
    const elsewhere = placed.filter(({ filter, theirs }) => {
      const [ours] = language.diagnose(filter, check(filter));
      return ours === undefined || ours.end < theirs.start || ours.start > theirs.end;
    });
    console.log(`marks elsewhere than tshark's: ${String(elsewhere.length)} of ${String(placed.length)}: ${elsewhere.map(({ filter }) => filter).join(' ; ')}`);
    expect(placed.length).toBeGreaterThan(10);
    expect(elsewhere.length / placed.length).toBeLessThan(0.1);
  });

  test('valid filters have no error', () => {
    expect(valid.filter((filter) => language.diagnose(filter, check(filter)).some(({ severity }) => severity === 'error'))).toEqual([]);
  });

  test.each([
    ['tcp.prot == 80', 'tcp.port == 80'], ['ip.adr == 10.0.0.1', 'ip.addr == 10.0.0.1'], ['htp', 'http'], ['ip.src = 10.0.0.1', 'ip.src == 10.0.0.1'],
    ['frame.number ~= 1', 'frame.number !== 1'], ['lenn(http) > 1', 'len(http) > 1'], ['ssl', 'tls'],
  ])('%s: the remedy makes it %s', (wrong, right) => {
    const fix = language.diagnose(wrong, check(wrong)).find((mark) => mark.fix !== undefined)?.fix;
    expect(fix).toBeDefined();
    const mended = wrong.slice(0, fix?.start) + (fix?.text ?? '') + wrong.slice(fix?.end);
    expect(mended).toBe(right);
    expect(check(mended)).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('spacing', () => {
  /** What a filter does: the stages after its tokens, which say where its words stand. */
  const program = (text: string): string => {
    const stages = native.explainFilter(text);
    expect(stages).toContain('\nSyntax tree\n');
    return stages.slice(stages.indexOf('\nSyntax tree\n')).replace(/\nWarning at[^]*$/, '');
  };

  test('keeps valid filters valid, their tokens as they are, and is the same when done again', () => {
    for (const filter of valid) {
      const spaced = language.format(filter);
      expect(language.format(spaced), filter).toBe(spaced);
      expect(check(spaced).ok, `${filter} → ${spaced}`).toBe(true);
      const texts = (text: string): readonly string[] => tokenize(text, registry.spellings).map(({ text: word }) => word);
      expect(texts(spaced), filter).toEqual(texts(filter));
    }
  });

  test('keeps what a filter does', () => {
    const squeezed = (text: string): string => text.replaceAll(/\s*(==|&&|\|\|)\s*/g, '$1');
    for (const filter of valid.filter((text) => !text.includes('"') && check(squeezed(text)).ok)) {
      expect(program(language.format(squeezed(filter))), filter).toBe(program(filter));
    }
  });
});

describe('completion', () => {
  test('offers what stands in valid filters, where it stands', async () => {
    let asked = 0;
    const missing: string[] = [];
    for (const filter of new Set(valid)) {
      for (const { kind, text, start, end } of tokenize(filter, registry.spellings)) {
        const isField = kind === 'word' && registry.field(text) !== undefined && !/^\d/.test(text);
        const isOperator = kind === 'operator' && ['compare', 'contains', 'in', 'and', 'or'].includes(registry.operator(text)?.kind ?? '') && registry.operator(text)?.better === undefined;
        if (isField || isOperator) {
          asked++;
          const typed = isField ? filter.slice(0, end) : `${filter.slice(0, start).trimEnd()} `;
          // A word is offered once it is begun, a symbol at its place.
          const place = isOperator && /^\w/.test(text) ? filter.slice(0, start + 1) : typed;
          const { items } = await language.complete({ text: place, offset: place.length });
          if (!items.some(({ label }) => label === text)) missing.push(`${place}▮ ${text}`);
        }
      }
    }
    console.log(`completions asked: ${String(asked)}; not offered: ${String(missing.length)}: ${missing.slice(0, 20).join(' ; ')}`);
    expect(asked).toBeGreaterThan(20);
    expect(missing.length / asked).toBeLessThan(0.02);
  });

  test('answers within a few milliseconds', async () => {
    const places = ['', 't', 'tcp.', 'ip.addr == ', 'tcp.port ', 'eth.type == ', 'retrans', 'len(', 'dns.qry.type == A'];
    const times: number[] = [];
    for (let round = 0; round < 20; round++) {
      for (const text of places) {
        const from = performance.now();
        await language.complete({ text, offset: text.length });
        times.push(performance.now() - from);
      }
    }
    times.sort((a, b) => a - b);
    console.log(`completion: median ${(times[times.length >> 1] ?? 0).toFixed(2)} ms, 95 % ${(times[Math.floor(times.length * 0.95)] ?? 0).toFixed(2)} ms`);
    expect(times[times.length >> 1]).toBeLessThan(20);
  });
});

test('highlighting knows the word operators of the engine, and no others', () => {
  const words = [...registry.spellings.words].sort();
  const grammar = readFileSync(join(root, 'syntaxes/dfilter.tmLanguage.json'), 'utf8');
  const inGrammar = [...grammar.matchAll(/"keyword\.operator\.(?:logical|comparison)\.dfilter", "match": "\(\?<!\[\\\\w\.-\]\)\(\?:([^)]*)\)/g)].flatMap(([, list = '']) => list.split('|'));
  expect(inGrammar.sort()).toEqual(words);
  const bar = readFileSync(join(root, 'webview/editor/filterLanguage.ts'), 'utf8');
  const inBar = [...(/words = \[([^\]]*)\]/.exec(bar)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(([, word]) => word);
  expect(inBar.filter((word) => word !== 'true' && word !== 'false').sort()).toEqual(words);
});
