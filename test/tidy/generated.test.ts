/** Generated files are committed; they must be what their generator writes today. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';

test.each([
  ['protocol and statistics tables', 'src/build/gen-tables.mjs'],
  ['made captures', 'test/fixtures/make_captures.ts'],
])('%s are fresh', (_what, script) => {
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'; // src is bundled: no word on its modules is wanted
  const result = spawnSync(process.execPath, [quiet, join(root, script), '--check'], { encoding: 'utf8' });
  expect(result.stdout + result.stderr).toBe('');
  expect(result.status).toBe(0);
});
