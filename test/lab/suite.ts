/** What the suite needs around the lab: whether it can run here, and an end to the lab when the suite is killed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { labConfig, type LabConfig } from './config.ts';
import { machineLacks } from './ready.ts';

/** Why the lab's tests are skipped on this machine; undefined where they can run. */
export async function whyNot(): Promise<string | undefined> {
  const lack = await machineLacks();
  return lack === undefined ? undefined : `skipped: no lab here, ${lack}`;
}

/** The cluster that tests use, and whether they bring it up themselves. */
export function suiteLab(): { readonly lab: LabConfig; readonly own: boolean } {
  const name = process.env.STRATOSHARK_LAB;
  return name === undefined ? { lab: labConfig('test'), own: true } : { lab: labConfig(name), own: false };
}

/** Takes a lab down when this process is gone without having done so; the answer calls that off. */
export function downWhenGone(lab: LabConfig): () => void {
  const script = 'while kill -0 "$1" 2>/dev/null; do sleep 2; done; shift; exec "$@"';
  const command = [String(process.pid), process.execPath, join(root, 'test/lab/main.ts'), '--name', lab.name, 'down'];
  const child = spawn('sh', ['-c', script, 'sh', ...command], { detached: true, stdio: 'ignore' });
  child.unref();
  return () => child.kill();
}
