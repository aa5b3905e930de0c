/** `npm run build [-- --dev]`: the addon into prebuilds/ and the bundles into dist/. --dev: gcc, unminified, faster. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './bundle.ts';
import { root } from './cache.mjs';
import { buildNative } from './native.ts';
import { nativeDependencies } from './native-deps.mjs';
import { writeNotices } from './notices.ts';
import { fail, output, say } from './say.mjs';
import { zigCompiler } from './zig.mjs';

/** Where the addon of this platform lies; src/engine looks for it there. */
export const addonPath = join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');

/** Builds the addon and puts it to its place; release is stripped. */
export function buildAddon(dev: boolean): void {
  const built = join(buildNative(dev ? 'dev' : 'release'), 'stratoshark.node');
  if (!existsSync(built)) {
    say('native/binding is not there yet: no addon');
    return;
  }
  mkdirSync(join(addonPath, '..'), { recursive: true });
  // A running process may have the old file mapped: replace it, never write into it.
  rmSync(addonPath, { force: true });
  copyFileSync(built, addonPath);
  if (!dev) output('strip', ['--strip-unneeded', addonPath]);
}

/** Addon and bundles. */
export async function buildAll(options: { readonly dev: boolean }): Promise<void> {
  buildAddon(options.dev);
  const metafiles = await bundle(options);
  writeNotices(metafiles, nativeDependencies(options.dev ? undefined : zigCompiler()));
}

if (import.meta.main) {
  try {
    await buildAll({ dev: process.argv.includes('--dev') });
    say('built: prebuilds/ and dist/');
  } catch (error) {
    fail(error);
  }
}
