/** Unit tests beside the code and tidy tests; each suite passes the folders it wants on the command line. */
import { defineConfig } from 'vitest/config';
import { root } from './cache.mjs';

export default defineConfig({
  root,
  test: {
    include: ['src/**/*.test.ts', 'webview/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'build/**'],
    // Several suites share a machine: what is waited for comes late, and nothing is gained by giving up on it early.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    passWithNoTests: false,
  },
});
