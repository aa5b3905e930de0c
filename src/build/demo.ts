/**
 * `npm run demo`: builds what is stale, installs the .vsix into a profile of its own, starts code-server on
 * 127.0.0.1 with a folder of sample captures, and prints the address. Ctrl+C ends all of it.
 *   --cluster          with a real Kubernetes on this machine (test/lab), as root; down again with the demo
 *   --port N           that port instead of any free one
 *   --headless-check   looks at it with Chromium, saves screenshots below build/demo-screenshots, exits 0 or 1
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from './build.ts';
import { contentHash, root } from './cache.mjs';
import { ensureCodeServer, type CodeServer } from './code-server.ts';
import { installVsix, type ServerOptions, startCodeServer } from './code-server-run.ts';
import { demoCluster } from './demo-cluster.ts';
import { pack, vsixPath } from './package.ts';
import { BuildError, fail, output, say } from './say.mjs';
import { installPackages } from './system-packages.mjs';

const DEMO = path.join(root, 'build/demo');
const SCREENSHOTS = path.join(root, 'build/demo-screenshots');
/** Exit statuses beside 0 and 1. */
const USAGE = 64;
const INTERRUPTED = 130;

interface Options {
  readonly port: number;
  readonly headless: boolean;
  readonly cluster: boolean;
}

function options(args: string[]): Options {
  const values = parse(args);
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new UsageError(`--port takes a number from 1 to 65535, not "${values.port ?? ''}".`);
  return { port, headless: values['headless-check'] === true, cluster: values.cluster === true };
}

class UsageError extends BuildError {}

function parse(args: string[]): { readonly port?: string; readonly 'headless-check'?: boolean; readonly cluster?: boolean } {
  try {
    return parseArgs({ args, options: { port: { type: 'string' }, 'headless-check': { type: 'boolean' }, cluster: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; the demo knows --port N, --headless-check and --cluster.`);
  }
}

/** Hash of everything the .vsix is made of: the tracked and the new files that git does not ignore. */
function sourceHash(): string {
  const listed = output('git', ['ls-files', '-co', '--exclude-standard', 'src', 'webview', 'native', 'syntaxes', 'package.json', 'package-lock.json', 'LICENSE', 'README.md'], { cwd: root });
  if (listed === undefined) throw new BuildError('the demo asks git which files are sources: run it in a clone of the repository');
  const names = listed.split('\n').filter((name) => name !== '' && !/(\.test\.ts|_test\.cc)$/.test(name) && existsSync(path.join(root, name))).sort();
  return contentHash({ texts: names, files: names.map((name) => path.join(root, name)) });
}

/** Builds and packs unless the .vsix is of these very sources; answers their hash. */
async function ensureVsix(): Promise<string> {
  const stamp = path.join(root, 'build/demo-vsix.hash');
  const hash = sourceHash();
  if (existsSync(vsixPath) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return hash;
  say('building the extension: the sources changed since the last time (the first build takes minutes, later ones seconds)');
  await buildAll({ dev: false });
  say(`packed: ${pack()}`);
  writeFileSync(stamp, hash);
  return hash;
}

/** Installs the .vsix unless the profile has it; a new version gets a new profile, so that no old state is left. */
async function ensureProfile(cs: CodeServer, hash: string): Promise<string> {
  const profile = path.join(DEMO, 'profile');
  const stamp = path.join(DEMO, 'installed.hash');
  const wanted = `${hash} ${cs.dir}`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return profile;
  say('installing the extension into the demo profile');
  rmSync(profile, { recursive: true, force: true });
  mkdirSync(DEMO, { recursive: true });
  await installVsix(cs, profile, vsixPath);
  writeFileSync(stamp, wanted);
  return profile;
}

/** A copy of the samples, so that nothing done in the demo touches the repository. */
function ensureFolder(): string {
  const folder = path.join(DEMO, 'captures');
  cpSync(path.join(root, 'test/fixtures/demo'), folder, { recursive: true });
  for (const name of ['shop.yaml', 'backend-netpol.yaml', 'assertions.yaml']) cpSync(path.join(root, 'test/fixtures/policy', name), path.join(folder, 'policies', name));
  return folder;
}

/**
 * Resolves when a person or the system asks for the end. The handlers stay: Ctrl+C arrives twice (from the
 * terminal and from the process above), and the second one must not end this process before the server's end.
 */
function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function headlessCheck(url: string, asked: Promise<void>): Promise<number> {
  rmSync(SCREENSHOTS, { recursive: true, force: true });
  const child = spawn(process.execPath, [path.join(root, 'test/e2e/headlessCheck.ts'), url, SCREENSHOTS], { stdio: 'inherit' });
  void asked.then(() => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? INTERRUPTED)));
}

async function main(): Promise<number> {
  const { port, headless, cluster: wanted } = options(process.argv.slice(2));
  if (headless) installPackages('demo');
  const started = Date.now();
  const cs = await ensureCodeServer(say);
  const profile = await ensureProfile(cs, await ensureVsix());
  const asked = untilAsked(); // from here on: a signal before would leave nothing behind
  const cluster = wanted ? demoCluster() : undefined;
  try {
    return await serve(cs, { profile, folder: ensureFolder(), port, env: cluster?.env ?? {}, settings: { 'workbench.startupEditor': 'readme' } }, { started, headless, asked });
  } finally {
    cluster?.down();
  }
}

interface Asked {
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly headless: boolean;
  readonly asked: Promise<void>;
}

/** Whether what this process starts may open packet sockets: bit 13, CAP_NET_RAW, of capabilities(7). */
function mayCapture(): boolean {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return ((mask >> 13n) & 1n) === 1n;
}

/** Runs the workbench until somebody asks for the end; answers the exit status. */
async function serve(cs: CodeServer, what: ServerOptions, { started, headless, asked }: Asked): Promise<number> {
  const server = await startCodeServer(cs, what);
  try {
    say(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
    console.log(server.url);
    if (headless) return await headlessCheck(server.url, asked);
    say('open the address in a browser; Ctrl+C ends the demo');
    say(mayCapture()
      ? 'live packets: F1, "StratoShark: Capture on this machine…" (this demo has the right to capture)'
      : 'live packets need the right to capture: run the demo as root for "StratoShark: Capture on this machine…"');
    const ended = await Promise.race([asked.then(() => false), server.ended.then(() => true)]);
    if (!ended) return 0;
    say(`code-server ended by itself; it said: ${server.output().trim()}`);
    return 1;
  } finally {
    await server.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    say(error.message);
    process.exitCode = USAGE;
  } else fail(error);
}
