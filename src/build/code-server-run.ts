/**
 * Starts and stops one code-server with a profile of its own. The demo, the end-to-end tests and the
 * launcher of the in-host tests use it; all need Chromium, which `findChromium` names.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CodeServer } from './code-server.ts';

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const OUTPUT_KEPT = 16_384;

/** A quiet workbench: no welcome page, no assistants, no telemetry, nothing asked of the network. */
const QUIET_SETTINGS: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'security.workspace.trust.enabled': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Restricted mode from the start, without the question. */
const UNTRUSTED_SETTINGS: Readonly<Record<string, unknown>> = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' };

export interface ServerOptions {
  /** Folder of user data and extensions; made where missing, settings.json written anew. */
  readonly profile: string;
  /** Folder the workbench opens. */
  readonly folder?: string;
  /** 0 or nothing: a free one. */
  readonly port?: number;
  /** More settings, over the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** More environment variables of the workbench. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders are trusted only once the user says so, as in a desktop's VS Code; else every folder is. */
  readonly asksForTrust?: boolean;
  /** More command-line arguments of code-server. */
  readonly args?: readonly string[];
}

export interface RunningServer {
  readonly port: number;
  /** Workbench address with the folder. */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the server ended, asked or not. */
  readonly ended: Promise<void>;
  /** The last of what the server printed. */
  output(): string;
  /** Ends the server and all it started; safe to call twice. */
  stop(): Promise<void>;
}

/** Installs a .vsix into the profile's extensions. */
export async function installVsix(cs: CodeServer, profile: string, vsix: string): Promise<void> {
  await mkdir(profile, { recursive: true });
  const child = spawn(cs.node, [cs.entry, ...profileArgs(profile), '--install-extension', vsix, '--force'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: serverEnv(),
  });
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`code-server refused to install ${vsix} (exit ${code}): build it anew with "npm run package". It said: ${output().trim()}`);
}

/** Starts code-server on 127.0.0.1 and waits until it answers. */
export async function startCodeServer(cs: CodeServer, options: ServerOptions): Promise<RunningServer> {
  const { profile } = options;
  await mkdir(path.join(profile, 'user-data/User'), { recursive: true });
  await mkdir(path.join(profile, 'extensions'), { recursive: true });
  await writeFile(path.join(profile, 'user-data/User/settings.json'), JSON.stringify({ ...QUIET_SETTINGS, ...(options.asksForTrust === true ? UNTRUSTED_SETTINGS : {}), ...options.settings }, null, 1));
  const port = options.port !== undefined && options.port !== 0 ? options.port : await freePort();
  const folder = options.folder === undefined ? undefined : path.resolve(options.folder);
  const args = [cs.entry, ...profileArgs(profile), '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry',
    '--disable-update-check', ...(options.asksForTrust === true ? [] : ['--disable-workspace-trust']), '--disable-getting-started-override', '--reconnection-grace-time', '5', ...(options.args ?? [])];
  // Its own process group: one signal then reaches extension hosts and engines as well.
  const child = spawn(cs.node, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...serverEnv(), ...options.env }, detached: true });
  const output = collect(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = (): Promise<void> => stopGroup(child, ended);
  try {
    await untilReady(child, port, output);
  } catch (error) {
    await stop();
    throw error;
  }
  const query = folder === undefined ? 'ew=true' : `folder=${encodeURIComponent(folder)}`;
  return { port, url: `http://127.0.0.1:${port}/?${query}`, pid: child.pid ?? 0, ended, output, stop };
}

/** Path of a Chromium, or a sentence that says how to get one. */
export function findChromium(): string {
  const named = process.env['CHROMIUM'];
  const found = [named ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => p !== '' && existsSync(p));
  if (found === undefined) throw new Error('No Chromium was found: install it (apt-get install chromium), or set CHROMIUM to the path of one.');
  return found;
}

/** Arguments every headless Chromium here gets; no name but 127.0.0.1 resolves, so nothing leaves the machine. */
export const CHROMIUM_ARGS: readonly string[] = ['--no-sandbox', '--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];

function profileArgs(profile: string): string[] {
  return ['--config', path.join(profile, 'config.yaml'), '--user-data-dir', path.join(profile, 'user-data'), '--extensions-dir', path.join(profile, 'extensions')];
}

/** No gallery: nothing is looked up or installed from the network. Variables of an outer VS Code would mislead it. */
function serverEnv(): NodeJS.ProcessEnv {
  const misleading = new Set(['NODE_OPTIONS', 'PORT', 'PASSWORD']);
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_') && !misleading.has(name));
  return { ...Object.fromEntries(kept), EXTENSIONS_GALLERY: '{}' };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-OUTPUT_KEPT)));
  return () => text;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port'))));
    });
  });
}

async function untilReady(child: ChildProcess, port: number, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const why = output().includes('EADDRINUSE') ? `port ${port} is taken: choose another with --port` : `it said: ${output().trim()}`;
      throw new Error(`code-server ended before it was ready; ${why}`);
    }
    const healthy = await fetch(`http://127.0.0.1:${port}/healthz`).then((r) => r.ok, () => false);
    if (healthy) return;
    await sleep(50);
  }
  throw new Error(`code-server did not answer on port ${port} within ${READY_TIMEOUT_MS / 1000} s; it said: ${output().trim()}`);
}

/** SIGTERM to the whole group, SIGKILL to what is left after a while. */
async function stopGroup(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  if (signalGroup(child.pid, 'SIGTERM')) await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  signalGroup(child.pid, 'SIGKILL');
  await ended;
}

/** False when the group has no member left. */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
