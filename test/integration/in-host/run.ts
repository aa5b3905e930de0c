/**
 * Runs the in-host tests: node test/integration/in-host/run.ts
 * Bundles them, calls @vscode/test-electron's runTests with our launcher in place of desktop VS Code, prints each
 * test, leaves {passed, failed, skipped} in STRATOSHARK_RESULT. Exit: 0 all passed, 1 some failed, 75 the extension
 * host died before the tests were over (tried once on purpose in each run, so that a crash never counts as success).
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { build } from 'esbuild';
import { HOST_DIED, RESULT_VARIABLE, type HostResult } from './result.ts';

const ROOT = path.join(import.meta.dirname, '../../..');
const BUNDLE = path.join(ROOT, 'build/in-host/tests.cjs');

interface Outcome {
  readonly status: number;
  readonly result: HostResult | undefined;
}

async function bundle(): Promise<void> {
  await build({ entryPoints: [path.join(import.meta.dirname, 'tests/index.ts')], outfile: BUNDLE, bundle: true, platform: 'node', format: 'cjs', target: 'node22', external: ['vscode'], logLevel: 'warning' });
}

/** One run of the workbench; `env` reaches the extension host. */
async function attempt(env: Readonly<Record<string, string>>): Promise<Outcome> {
  const work = mkdtempSync(path.join(tmpdir(), 'stratoshark-host-'));
  try {
    const folder = path.join(work, 'captures');
    mkdirSync(folder);
    for (const part of ['captures', 'recorded']) cpSync(path.join(ROOT, 'test/fixtures', part), folder, { recursive: true });
    const file = path.join(work, 'result.json');
    const status = await runTests({
      vscodeExecutablePath: path.join(import.meta.dirname, 'codeServerHost.ts'),
      extensionDevelopmentPath: ROOT, extensionTestsPath: BUNDLE,
      launchArgs: [folder, `--user-data-dir=${path.join(work, 'user-data')}`],
      extensionTestsEnv: { ...env, [RESULT_VARIABLE]: file },
    }).catch((error: unknown) => {
      if (error instanceof TestRunFailedError) return error.code ?? 1;
      throw error;
    });
    return { status, result: existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HostResult) : undefined };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function report(passed: number, failed: number): void {
  const file = process.env['STRATOSHARK_RESULT'];
  if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed, skipped: [] }));
  console.log(`${passed} passed, ${failed} failed`);
}

async function main(): Promise<number> {
  await bundle();
  const { status, result } = await attempt({});
  for (const t of result?.tests ?? []) console.log(`${t.error === undefined ? 'ok  ' : 'FAIL'} ${t.name} (${t.seconds.toFixed(1)} s)${t.error === undefined ? '' : `\n${t.error}`}`);
  if (result === undefined) {
    report(0, 1);
    return status === 0 ? HOST_DIED : status;
  }
  const crash = await attempt({ STRATOSHARK_HOST_CRASH: '1' });
  const noticed = crash.status === HOST_DIED;
  console.log(`${noticed ? 'ok  ' : 'FAIL'} a dead extension host is noticed (exit ${crash.status}, ${HOST_DIED} wanted)`);
  report(result.passed + (noticed ? 1 : 0), result.failed + (noticed ? 0 : 1));
  return result.failed === 0 && noticed ? 0 : 1;
}

process.exitCode = await main();
