/** Finds and loads the native addon. Only the engine process and the command line do this, never an extension host. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ProblemError } from '../base/problem.ts';
import type { Native } from './native.d.ts';

/**
 * Where the addon is: named by a developer, else seen from the folder of the bundles; both `npm run build` and the
 * package put it there.
 */
const addonPath = (bundleFolder: string): string =>
  process.env['STRATOSHARK_ADDON'] ??
  join(bundleFolder, '..', 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');

/**
 * Loads the addon. `bundleFolder` is the absolute folder of the running bundle (dist/).
 * Throws a ProblemError (code 'engineMissing') when there is none for this platform or it does not load.
 */
export function loadAddon(bundleFolder: string): Native {
  const path = addonPath(bundleFolder);
  if (!existsSync(path)) {
    throw new ProblemError(
      'engineMissing',
      `StratoShark has no engine for ${process.platform}-${process.arch}.`,
      'Install the extension package made for this platform, or build it from source with "npm run build".',
    );
  }
  try {
    return createRequire(path)(path) as Native;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ProblemError(
      'engineMissing',
      `StratoShark's engine could not be loaded: ${reason}.`,
      'Reinstall the extension; on an old system build it from source with "npm run build".',
    );
  }
}
