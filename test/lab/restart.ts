/** Ends a daemon of the lab and starts it again as it was started. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './exec.ts';
import { alive, identify } from './processes.ts';
import { loadState, saveState } from './state.ts';
import type { TestLab } from './testLab.ts';

const wordsOf = (pid: number): readonly string[] => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);

function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
    } catch {
      return false;
    }
  });
}

/** The API server: gone for that long, milliseconds, then ready again. */
export async function restartApiServer(it: TestLab, gone: number): Promise<void> {
  const state = loadState(it.lab);
  const waiter = state?.daemons['kube-apiserver'];
  if (state === undefined || waiter === undefined) throw new Error('the lab has no API server');
  const [program = '', ...words] = wordsOf(waiter.pid);
  for (const pid of childrenOf(waiter.pid)) process.kill(pid, 'SIGKILL');
  await until(20, () => (alive(waiter) ? undefined : true), () => 'the API server did not end');
  await new Promise((resolve) => { setTimeout(resolve, gone); });
  const child = spawn(program, words, { detached: true, stdio: 'ignore' });
  child.unref();
  const now = identify(child.pid ?? 0);
  if (now !== undefined) saveState(it.lab, { ...state, daemons: { ...state.daemons, 'kube-apiserver': now } });
  await until(60, async () => ((await it.kube.text('/readyz')) === 'ok' ? true : undefined), () => 'the API server was not ready again');
}
