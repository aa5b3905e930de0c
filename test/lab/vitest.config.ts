/** Tests against the lab: one cluster for all files, one file after the other. */
import { defineConfig } from 'vitest/config';
import { root } from '../../src/build/cache.mjs';

export default defineConfig({
  root,
  test: {
    include: ['test/lab/**/*.test.ts'],
    globalSetup: ['test/lab/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
