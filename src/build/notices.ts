/**
 * Writes NOTICES.txt: the licence texts of all third-party code inside the package, taken from what the bundles
 * really contain (esbuild's record) and from the native libraries built in.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from './cache.mjs';
import { BuildError } from './say.mjs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** Folders of the packages whose files are in a bundle: `node_modules/monaco-editor`, nested ones included. */
export function bundledPackages(metafiles: readonly Metafile[]): readonly string[] {
  const inputs = metafiles.flatMap((file) => Object.keys(file.inputs));
  const folders = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function licenceText(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice|thirdpartynotices)/i.test(name)).sort();
  return files.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}

function packageNotice(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const text = licenceText(join(root, folder)) || `Licence: ${manifest.license ?? 'not stated'}`;
  return `${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})\n\n${text}`;
}

/** Writes the file; `nativePrefix` is where the native libraries with their licences/ are. */
export function writeNotices(metafiles: readonly Metafile[], nativePrefix: string): void {
  const licences = join(nativePrefix, 'licences');
  if (!existsSync(licences)) throw new BuildError(`${licences} is missing: remove ${nativePrefix} and build again`);
  // node-addon-api is compiled into the addon: no bundle mentions it.
  const packages = [...bundledPackages(metafiles), 'node_modules/node-addon-api'].map(packageNotice);
  // The second: headers compiled into the eBPF programs.
  const native = [licences, join(root, 'bpf', 'licences')].flatMap((folder) => readdirSync(folder).sort().map((name) =>
    `${name.replace(/\.txt$/, '')}\n\n${readFileSync(join(folder, name), 'utf8').trim()}`));
  const rule = `\n\n${'-'.repeat(100)}\n\n`;
  const head = 'StratoShark for Kubernetes contains the following third-party software.';
  writeFileSync(join(root, 'dist', 'NOTICES.txt'), `${[head, ...packages, ...native].join(rule)}\n`);
}
