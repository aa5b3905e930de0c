/** Direction of #include between the rooms of native/, and which of them may touch Node, the system, and heavy headers. */
import { join, normalize, dirname } from 'node:path';
import { expect, test } from 'vitest';
import { projectFiles, textOf } from './files.ts';
import { type Directions, type Import, violations } from './imports.ts';

const ground = ['packet', 'base'];

/** The table. Nothing includes protocols/ or stats/: the generated tables call them by name. */
const directions: Directions = {
  base: [],
  packet: ['base'],
  pcap: ground,
  flow: ground,
  filter: ground,
  live: [...ground, 'bpf/shared'],
  stats: [...ground, 'flow'],
  protocols: [...ground, 'flow'],
  engine: ['filter', 'stats', 'flow', 'pcap', 'live', ...ground],
  binding: ['engine', ...ground],
};

function room(file: string): string | undefined {
  const parts = file.split('/');
  if (parts[0] === 'bpf') return `bpf/${parts[1] ?? ''}`;
  return parts[0] === 'native' && parts.length > 2 ? parts[1] : undefined;
}

const files = projectFiles();
const known = new Set(files);
// Tests beside the code may build their scene from any room.
const sources = files.filter((file) => /^native\/(?!cmake\/|deps\/).*\.(cc|h)$/.test(file) && !/_(test|fuzz|bench)\.cc$/.test(file));

function includesOf(file: string): readonly Import[] {
  return [...textOf(file).matchAll(/^\s*#\s*include\s+(["<])([^">]+)[">]/gm)].map(([, kind, specifier = '']) => {
    if (kind === '<') return { from: file, specifier: `<${specifier}>` };
    const candidates = [join('native', specifier), normalize(join(dirname(file), specifier)), specifier];
    return { from: file, specifier, file: candidates.find((path) => known.has(path)) ?? join('native', specifier) };
  });
}

const includes = sources.flatMap(includesOf);
const all = (wrong: (entry: Import, here: string) => boolean): readonly string[] =>
  includes.filter((entry) => wrong(entry, room(entry.from) ?? '')).map(({ from, specifier }) => `${from} includes ${specifier}`);

test('rooms include in the direction of the table', () => {
  expect(includes.length).toBeGreaterThan(20);
  expect(violations(includes, directions, room)).toEqual([]);
});

test('quoted includes name files of the project', () => {
  const outside = new Set(['napi.h']);
  expect(all(({ specifier, file }) => file !== undefined && !known.has(file) && !outside.has(specifier))).toEqual([]);
});

test('N-API is used in native/binding only', () => {
  expect(all(({ specifier }, here) => /\b(napi|node_api|node)\.h\b/.test(specifier) && here !== 'binding')).toEqual([]);
});

test('the operating system is called in native/pcap and native/live only', () => {
  const system = /^<(unistd|fcntl|dirent|poll|signal|pthread|sched|dlfcn|netdb|sys\/|linux\/|netinet\/|arpa\/|net\/|windows)/;
  expect(all(({ specifier }, here) => system.test(specifier) && here !== 'pcap' && here !== 'live')).toEqual([]);
});

test('heavy or slow standard headers stay out', () => {
  expect(all(({ specifier }) => /^<(iostream|regex|format|sstream|locale)>$/.test(specifier))).toEqual([]);
});
