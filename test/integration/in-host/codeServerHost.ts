#!/usr/bin/env node
/**
 * Stands in for the `code` executable of @vscode/test-electron: takes the arguments a desktop VS Code would get,
 * runs the tests in code-server with headless Chromium, and exits as they do.
 * A workbench reports success when its extension host crashes, so only the result file that the tests write
 * themselves counts: without it the exit status is 75.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { ensureCodeServer } from '../../../src/build/code-server.ts';
import { CHROMIUM_ARGS, findChromium, startCodeServer } from '../../../src/build/code-server-run.ts';
import { HOST_DIED, RESULT_VARIABLE, type HostResult } from './result.ts';

const TIMEOUT_MS = 300_000;
/** Time for the tests' last writes after the workbench says that it is over. */
const GRACE_MS = 200;

const values = (name: string): string[] => process.argv.filter((a) => a.startsWith(`--${name}=`)).map((a) => a.slice(name.length + 3));

function required(name: string): string {
  const [value] = values(name);
  if (value === undefined) throw new Error(`--${name}= is missing: this program is started by test/integration/in-host/run.ts`);
  return value;
}

/** Where the workbench finds a folder of this machine: everything is remote to a browser. */
const remote = (port: number, folder: string): string => `vscode-remote://127.0.0.1:${port}${folder}`;

async function main(): Promise<number> {
  const cs = await ensureCodeServer(console.error);
  const folder = process.argv.slice(2).find((a) => !a.startsWith('-'));
  // Only with the smoke-test driver does the workbench take test paths from its address, and say when they are done.
  const server = await startCodeServer(cs, {
    profile: path.join(required('user-data-dir'), 'code-server'), args: ['--vscode-option', 'enable-smoke-test-driver'], ...(folder === undefined ? {} : { folder }),
  });
  const payload = [['skipWelcome', 'true'], ...values('extensionDevelopmentPath').map((p) => ['extensionDevelopmentPath', remote(server.port, p)]), ['extensionTestsPath', remote(server.port, required('extensionTestsPath'))]];
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: [...CHROMIUM_ARGS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const over = new Promise<string>((resolve) => {
      page.on('crash', () => resolve('the page crashed'));
      void server.ended.then(() => resolve(`code-server ended: ${server.output()}`));
      void page.exposeFunction('codeAutomationLog', () => undefined);
      void page.exposeFunction('codeAutomationExit', () => resolve('the workbench says that the tests are over'));
      void sleep(TIMEOUT_MS, undefined, { ref: false }).then(() => resolve(`the tests took longer than ${TIMEOUT_MS / 1000} s`));
    });
    await page.goto(`${server.url}&payload=${encodeURIComponent(JSON.stringify(payload))}`, { waitUntil: 'commit' });
    const why = await over;
    await sleep(GRACE_MS);
    return verdict(why);
  } finally {
    await browser.close();
    await server.stop();
  }
}

function verdict(why: string): number {
  const file = process.env[RESULT_VARIABLE] ?? '';
  if (!existsSync(file)) {
    console.error(`${why}, and the tests wrote no result: the extension host ended before them`);
    return HOST_DIED;
  }
  const result = JSON.parse(readFileSync(file, 'utf8')) as HostResult;
  return result.failed === 0 ? 0 : 1;
}

process.exitCode = await main();
