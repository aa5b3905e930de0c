/** `npm run package [-- --dev] [-- --prebuilt]`: a .vsix for linux-x64 with the addon in it, at build/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addonPath, buildAll } from './build.ts';
import { root } from './cache.mjs';
import { BuildError, fail, run, say } from './say.mjs';

/** Where the packaged extension is written. */
export const vsixPath = join(root, 'build', 'stratoshark-kubernetes-linux-x64.vsix');

/** Packs what is in dist/ and prebuilds/. */
export function pack(): string {
  for (const needed of [addonPath, join(root, 'dist', 'extension.js')]) {
    if (!existsSync(needed)) throw new BuildError(`${needed} is missing: run "npm run build" first`);
  }
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const args = ['package', '--no-dependencies', '--target', 'linux-x64', '--allow-missing-repository', '--out', vsixPath];
  run(process.execPath, [vsce, ...args], { cwd: root, why: 'pack the extension' });
  return vsixPath;
}

if (import.meta.main) {
  try {
    if (!process.argv.includes('--prebuilt')) await buildAll({ dev: process.argv.includes('--dev') });
    say(`packed: ${pack()}`);
  } catch (error) {
    fail(error);
  }
}
