/** What is shipped is under permissive licences, and the lock file names no host. */
import { expect, test } from 'vitest';
import { textOf } from './files.ts';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
}

const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
const permissive = new Set(['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'Zlib', 'PSF-2.0']);

/** Whether an SPDX expression of names, OR, AND and parentheses leaves a permissive choice. */
function allows(expression: string): boolean {
  const flat = expression.replaceAll(/[()]/g, ' ').trim();
  const each = (part: string): boolean => part.split(/\s+AND\s+/).every((name) => permissive.has(name.trim()));
  return flat.split(/\s+OR\s+/).some(each);
}

const shipped = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.dev !== true);

test('licences of production dependencies are permissive', () => {
  expect(shipped.length).toBeGreaterThan(3);
  expect(shipped.filter(([, entry]) => !allows(entry.license ?? 'none')).map(([path, entry]) => `${path}: ${entry.license ?? 'none'}`)).toEqual([]);
});

test.each([
  ['MIT', true], ['(MPL-2.0 OR Apache-2.0)', true], ['GPL-2.0-only', false], ['MIT AND GPL-3.0', false], ['none', false], ['EPL-2.0', false],
])('the licence expression %s is %s', (expression, allowed) => {
  expect(allows(expression)).toBe(allowed);
});

test('the lock file pins contents, not hosts', () => {
  const entries = Object.entries(packages).filter(([path]) => path !== '');
  expect(entries.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
  expect(entries.filter(([, entry]) => entry.integrity === undefined).map(([path]) => path)).toEqual([]);
});

test('direct dependencies are pinned to one version', () => {
  const manifest = JSON.parse(textOf('package.json')) as Readonly<Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>>;
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  expect(loose).toEqual([]);
});
