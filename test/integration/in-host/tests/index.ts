/** Entry of the in-host tests: what VS Code calls inside the extension host. */
import { runAll, type HostTest } from '../hostTest.ts';
import { tests as editor } from './editor.ts';
import { tests as engines } from './engines.ts';

/** `STRATOSHARK_HOST_CRASH` proves that a dead extension host is noticed: see run.ts. */
export async function run(): Promise<void> {
  if (process.env['STRATOSHARK_HOST_CRASH'] === '1') process.abort();
  const all: readonly HostTest[] = [...editor, ...engines];
  await runAll(all);
}
