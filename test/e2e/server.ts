/** One code-server with the installed .vsix and a folder of captures, for a whole run of end-to-end tests. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureCodeServer } from '../../src/build/code-server.ts';
import { installVsix, startCodeServer, type RunningServer } from '../../src/build/code-server-run.ts';
import { vsixPath } from '../../src/build/package.ts';
import { writeBigCapture } from './bigCapture.ts';

const ROOT = path.join(import.meta.dirname, '../..');
export const BIG_CAPTURE = { name: 'million.pcap', packets: 1_000_000 } as const;

export interface TestServer {
  readonly url: string;
  readonly profile: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts it. `vsix` defaults to the one `npm run package` writes. */
export async function startTestServer(vsix: string = vsixPath): Promise<TestServer> {
  if (!existsSync(vsix)) throw new Error(`${vsix} is not there: run "npm run package" first.`);
  const cs = await ensureCodeServer(console.log);
  const work = mkdtempSync(path.join(tmpdir(), 'stratoshark-e2e-'));
  const [profile, folder] = [path.join(work, 'profile'), path.join(work, 'captures')];
  makeFolder(folder);
  await installVsix(cs, profile, vsix);
  const server: RunningServer = await startCodeServer(cs, { profile, folder });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  };
  return { url: server.url, profile, folder, stop };
}

function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const part of ['captures', 'recorded', 'demo']) cpSync(path.join(ROOT, 'test/fixtures', part), folder, { recursive: true });
  writePolicies(folder);
  writeFileSync(path.join(folder, 'README.md'), 'Captures of the end-to-end tests.\n');
  writeBigCapture(path.join(folder, BIG_CAPTURE.name), BIG_CAPTURE.packets);
}

/** Writes the policies of a folder as they were made. */
export function writePolicies(folder: string): void {
  for (const name of ['shop.yaml', 'backend-netpol.yaml', 'assertions.yaml']) cpSync(path.join(ROOT, 'test/fixtures/policy', name), path.join(folder, 'policies', name));
}

/** Engine processes of this server's extension: those that run dist/engine.js from its profile. */
export function enginePids(profile: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return command.includes(profile) && command.includes('/dist/engine.js');
    } catch {
      return false;
    }
  });
}
