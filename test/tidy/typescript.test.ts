/** Direction of imports between the rooms of src/ and webview/, and which of them may touch what. */
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { projectFiles, textOf } from './files.ts';
import { type Directions, type Import, violations } from './imports.ts';

const ground = ['base', 'contract'];

/** The table. `extension` is src/extension.ts; rooms of webview/ carry their folder. */
const directions: Directions = {
  contract: [],
  base: ['contract'],
  engine: ground,
  language: ground,
  cluster: ground,
  policy: ground,
  // The only sideways edge: captures are started from what the cluster shows.
  capture: ['cluster', ...ground],
  features: ['cluster', 'capture', 'engine', 'language', 'policy', ...ground],
  extension: ['features', ...ground],
  cli: ['agent', 'capture', 'engine', 'cluster', 'policy', 'language', ...ground],
  agent: ['capture', 'engine', 'cluster', 'policy', 'language', ...ground],
  build: ['contract'],
  // Pages share src/base with the host: there is one RPC runtime for both ends (base is pure, see below).
  'webview/base': ground,
  'webview/widgets': ['webview/base', ...ground],
  'webview/editor': ['webview/widgets', 'webview/base', ...ground],
  'webview/stats': ['webview/widgets', 'webview/base', ...ground],
  'webview/follow': ['webview/widgets', 'webview/base', ...ground],
  'webview/policy': ['webview/widgets', 'webview/base', ...ground],
  'webview/dev': ['*'],
};

/** Rooms that stay free of the machine: they compute, or run in a page. */
const pure = new Set(['contract', 'base', 'policy', 'language', 'webview/base', 'webview/widgets', 'webview/editor', 'webview/stats', 'webview/follow', 'webview/policy']);
const builtins = new Set(builtinModules);

function room(file: string): string | undefined {
  if (file === 'src/extension.ts') return 'extension';
  const [top, second, rest] = file.split('/');
  if (rest === undefined) return undefined;
  if (top === 'src') return second;
  return top === 'webview' ? `webview/${second}` : undefined;
}

function importsOf(file: string): readonly Import[] {
  return ts.preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName: specifier }) => {
    if (!specifier.startsWith('.')) return { from: file, specifier };
    return { from: file, specifier, file: normalize(join(dirname(file), specifier)) };
  });
}

const sources = projectFiles().filter((file) => /^(src|webview)\/.*\.(ts|mts|mjs)$/.test(file) && !file.includes('.test.'));
const imports = sources.flatMap(importsOf);
const all = (wrong: (entry: Import, here: string) => boolean): readonly string[] =>
  imports.filter((entry) => wrong(entry, room(entry.from) ?? '')).map(({ from, specifier }) => `${from} imports ${specifier}`);

test('rooms import in the direction of the table', () => {
  expect(imports.length).toBeGreaterThan(20);
  expect(violations(imports, directions, room)).toEqual([]);
});

test('vscode is imported by the extension and its features only', () => {
  expect(all(({ specifier }, here) => specifier === 'vscode' && here !== 'features' && here !== 'extension')).toEqual([]);
});

test('only src/engine names the addon', () => {
  const naming = sources.filter((file) => room(file) !== 'engine' && room(file) !== 'build' && /\.node['"`]/.test(textOf(file)));
  expect(naming).toEqual([]);
});

test('rooms that compute or run in a page import nothing of the machine', () => {
  expect(all(({ specifier }, here) => pure.has(here) && (specifier.startsWith('node:') || builtins.has(specifier)))).toEqual([]);
});

test('src/contract holds types: what it imports is erased', () => {
  const kept = sources.filter((file) => room(file) === 'contract').filter((file) => /^import (?!type\b)/m.test(textOf(file)));
  expect(kept).toEqual([]);
});

test('the command line reads captures without loading a cluster package', () => {
  const seen = new Set<string>();
  const outside = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    // Static imports only: a subcommand may load more when it is the one asked for.
    for (const [, specifier = ''] of textOf(file).matchAll(/^(?:import|export) (?!type\b)[^;]*?from ['"]([^'"]+)['"]/gm)) {
      if (!specifier.startsWith('.')) {
        outside.add(specifier);
        continue;
      }
      const path = normalize(join(dirname(file), specifier)).replace(/\.(js|ts)$/, '');
      const target = [`${path}.ts`, `${path}/index.ts`].find((name) => sources.includes(name));
      if (target !== undefined) visit(target);
    }
  };
  const entry = 'src/cli/main.ts';
  if (sources.includes(entry)) visit(entry);
  expect([...outside].filter((name) => name.startsWith('@kubernetes/') || name === 'vscode')).toEqual([]);
});

test('only what reaches clusters and agents opens connections: there is no telemetry', () => {
  const networked = new Set(['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:dgram', 'node:dns']);
  const reaching = new Set(['cluster', 'capture', 'agent', 'cli', 'build']);
  expect(all(({ specifier }, here) => !reaching.has(here) && networked.has(specifier))).toEqual([]);
  const others = sources.filter((file) => !reaching.has(room(file) ?? ''));
  expect(others.filter((file) => /(?:(?:await|return|=|void|globalThis\.|window\.) ?fetch\(|XMLHttpRequest|sendBeacon|createTelemetryLogger|new WebSocket)/.test(textOf(file)))).toEqual([]);
});

test('messages of VS Code, which would make links of what they hold, are shown by one file', () => {
  const showing = sources.filter((file) => /\bshow(Error|Warning|Information)Message\b|ProgressLocation\.Notification/.test(textOf(file)));
  expect(showing).toEqual(['src/features/notify.ts']);
});

test('no Markdown is trusted, and nothing sets the markup of a page', () => {
  const trusting = sources.filter((file) => /\bisTrusted(: | = )|\bsupportHtml\b|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write/.test(textOf(file).replaceAll(/\/\*.*?\*\/|\/\/.*/gs, '')));
  expect(trusting).toEqual([]);
});
