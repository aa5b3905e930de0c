/** Pictures of every item of daily use, taken by hand: vitest run --config test/page/pictures.config.ts */
import { defineConfig } from 'vitest/config';
import { root } from '../../src/build/cache.mjs';

export default defineConfig({
  root,
  test: { include: ['test/page/pictures.ts'], testTimeout: 300_000, hookTimeout: 120_000, expect: { poll: { timeout: 20_000 } } },
});
