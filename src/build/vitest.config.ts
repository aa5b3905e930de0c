/** Unit tests beside the code and tidy tests; each suite passes the folders it wants on the command line. */
import { defineConfig } from 'vitest/config';
import { root } from './cache.mjs';

export default defineConfig({
  root,
  test: {
    include: ['src/**/*.test.ts', 'webview/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'dist/**', 'build/**'],
    testTimeout: 20_000,
    expect: { poll: { timeout: 8000 } },
    passWithNoTests: false,
  },
});
