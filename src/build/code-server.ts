/**
 * Installs code-server (VS Code in a browser) once, below ~/.cache/stratoshark, for the demo and the tests.
 *
 * It is not a dependency of package.json: it is 600 MB, and a plain `npm i code-server` wants compilers
 * and gssapi headers for native modules that nothing here uses. So every npm step runs with
 * --ignore-scripts, and the two links its postinstall script would make are made here.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir, contentHash } from './cache.mjs';
import { nodeHome, runtimeEnv } from './node-runtime.mjs';
import { BuildError } from './say.mjs';

/** Pinned: code-server 4.139.1 is VS Code 1.139.1 and runs on Node 24 only (see node-runtime.mjs). */
const CODE_SERVER_PACKAGE = 'code-server@4.139.1';
/** Raise when the steps below change, so that older installations are not taken for fresh ones. */
const RECIPE = 1;

export interface CodeServer {
  /** Folder of this installation. */
  readonly dir: string;
  /** Node 24's executable. */
  readonly node: string;
  /** The script that starts the server. */
  readonly entry: string;
}

export type Log = (line: string) => void;

/** The installation of the pinned version; installs it first where it is missing. Needs npm and its registry then. */
export async function ensureCodeServer(log: Log): Promise<CodeServer> {
  const home = nodeHome();
  const dir = path.join(cacheDir(), `code-server-${contentHash({ texts: [CODE_SERVER_PACKAGE, String(RECIPE)] })}`);
  if (!existsSync(dir)) await install(home, dir, log);
  return { dir, node: path.join(home, 'bin/node'), entry: path.join(dir, 'node_modules/code-server/out/node/entry.js') };
}

/** Installs beside `dir` and renames at the end, so that what carries the name is whole. */
async function install(home: string, dir: string, log: Log): Promise<void> {
  log(`code-server: installing ${CODE_SERVER_PACKAGE} into ${dir}`);
  log('code-server: why: it is the VS Code that the demo and the UI tests run in; once, about 30 s, 600 MB, nothing is compiled');
  await mkdir(cacheDir(), { recursive: true });
  const work = await mkdtemp(`${dir}.partial-`);
  try {
    await writeFile(path.join(work, 'package.json'), '{"private":true}\n');
    const vscode = path.join(work, 'node_modules/code-server/lib/vscode');
    const npm = (step: number, what: string, cwd: string, args: readonly string[]): Promise<void> =>
      npmInstall({ step, what, cwd, args, env: runtimeEnv(home), log });
    await npm(1, 'the server itself', work, [CODE_SERVER_PACKAGE]);
    await npm(2, "VS Code's own modules", vscode, ['--omit=dev']);
    await relink(path.join(vscode, 'bin/remote-cli'), 'code-server', 'code-linux.sh');
    await relink(path.join(vscode, 'bin/helpers'), 'browser.sh', 'browser-linux.sh');
    await npm(3, "the built-in extensions' modules", path.join(vscode, 'extensions'), ['--omit=dev']);
    await publish(work, dir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  log('code-server: installed');
}

/** Another process may have been faster; its installation serves as well. */
async function publish(work: string, dir: string): Promise<void> {
  try {
    await rename(work, dir);
  } catch (error) {
    if (!existsSync(dir)) throw error;
  }
}

async function relink(folder: string, name: string, target: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await rm(path.join(folder, name), { force: true });
  await symlink(target, path.join(folder, name));
}

interface NpmStep {
  readonly step: number;
  readonly what: string;
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** `npm install` without scripts, with a sign of life every 10 s. */
async function npmInstall({ step, what, cwd, args, env, log }: NpmStep): Promise<void> {
  const started = Date.now();
  const alive = setInterval(() => log(`code-server: ${step}/3 still at it, ${seconds(started)} s`), 10_000);
  log(`code-server: ${step}/3 ${what}`);
  try {
    await run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...args], cwd, env);
  } catch (error) {
    throw new BuildError(`code-server could not be installed (${what}): see that npm reaches its registry and start again. npm said: ${String(error)}`);
  } finally {
    clearInterval(alive);
  }
  log(`code-server: ${step}/3 done in ${seconds(started)} s`);
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(1);
}

function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-2000)));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(tail.trim() === '' ? `exit ${code}` : tail.trim()))));
  });
}
