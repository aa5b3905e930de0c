/** Runs eslint over all TypeScript; prints findings for people and leaves the json for counting. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { root } from './cache.mjs';

const eslint = new ESLint({ cwd: root, errorOnUnmatchedPattern: false, overrideConfigFile: join(root, 'src/build/eslint.config.mjs'), fix: process.argv.includes('--fix') });
const results = await eslint.lintFiles(['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts']);
await ESLint.outputFixes(results);
const formatter = await eslint.loadFormatter('stylish');
process.stdout.write(await formatter.format(results));
if (process.env.STRATOSHARK_RESULT) writeFileSync(process.env.STRATOSHARK_RESULT, JSON.stringify(results));
process.exitCode = results.some((file) => file.errorCount + file.warningCount > 0) ? 1 : 0;
