/**
 * Memory of an open capture: anonymous memory of a process with the addon (RssAnon), idle, after indexing, after every row
 * was asked for and after a filter; per packet, beyond the idle one. The process is started as engines are, and rows go
 * through JSON as there.
 *
 *   npm run build && npm run exec -- node test/bench/memory.ts CAPTURE
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { kSmall } from '../../src/engine/forked.ts';
import type { Native } from '../../src/engine/native.d.ts';

interface Status {
  readonly state: string;
  readonly packets: number;
}

const path = join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');
const pageRows = 200;

/** Kilobytes of this process that belong to no file, garbage of JavaScript collected. */
function anonymous(): number {
  globalThis.gc?.();
  return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? NaN);
}

async function measure(file: string): Promise<void> {
  const native = createRequire(path)(path) as Native;
  // the tables of fields are the engine's, not the capture's
  native.fields();
  const idle = anonymous();
  const capture = native.open(file, '{}');
  // indexing alone keeps no process alive
  const alive = setInterval(() => undefined, 1000);
  const packets = await new Promise<number>((resolve) => {
    capture.index((json) => {
      const status = JSON.parse(json) as Status;
      if (status.state !== 'indexing') resolve(status.packets);
    });
  });
  const tell = (when: string): void => {
    console.log(`${when}: ${(((anonymous() - idle) * 1024) / packets).toFixed(1)} bytes a packet`);
  };
  console.log(`${packets} packets, idle ${(idle / 1024).toFixed(1)} MB`);
  tell('after indexing');
  for (let from = 0; from < packets; from += pageRows) JSON.parse(await capture.rows(from, pageRows, false));
  tell('after every row');
  await capture.filter('tcp.flags.reset==1', () => undefined);
  await capture.filter('http.response.code >= 500', () => undefined);
  tell('after two filters');
  capture.close();
  clearInterval(alive);
}

const [, , file] = process.argv;
if (file === undefined) throw new Error('name a capture: node test/bench/memory.ts CAPTURE');
if (globalThis.gc === undefined) {
  const { status } = spawnSync(process.execPath, ['--expose-gc', ...kSmall.execArgv, import.meta.filename, file], { stdio: 'inherit', env: { ...process.env, ...kSmall.env } });
  process.exitCode = status ?? 1;
} else {
  await measure(file);
}
