/** What the suite needs around the lab: whether it can run here, and an end to the lab when the suite is killed. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { labConfig, type LabConfig } from './config.ts';
import { attempt } from './exec.ts';

/** Why the lab cannot run on this machine; undefined where it can. */
export async function whyNot(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'skipped: not Linux';
  if (process.getuid?.() !== 0) return 'skipped: not root';
  const made = await attempt('unshare', ['--mount', '--net', '--uts', '--ipc', '--pid', '--cgroup', '--fork', 'true']);
  return made.status === 0 ? undefined : `skipped: root may not make namespaces here: ${made.stderr.trim()}`;
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
