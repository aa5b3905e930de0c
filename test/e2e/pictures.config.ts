/** Pictures of what the workbench itself draws for captures and filters, taken by hand: vitest run --config test/e2e/pictures.config.ts */
import { defineConfig } from 'vitest/config';
import endToEnd from './vitest.config.ts';

export default defineConfig({ ...endToEnd, test: { ...endToEnd.test, include: ['test/e2e/pictures.ts'], testTimeout: 300_000 } });
