/** The reading command line runs on Node 20 as well, and answers there what it answers on Node 24. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { nodeHome } from '../../src/build/node-runtime.mjs';

const older = join(nodeHome('20.20.2'), 'bin', 'node');
const cli = join(root, 'dist', 'cli.js');
const capture = join(root, 'test/fixtures/captures/tcp-syn-retransmission.pcapng');

function answer(node: string, args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(node, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the older runtime is Node 20', () => {
  expect(spawnSync(older, ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^v20\./);
});

test.each([[['-r', capture]], [['-r', capture, '-T', 'json']], [['-r', capture, '-Y', 'tcp.flags.syn == 1', '-T', 'fields', '-e', 'frame.number']], [['fields']]])(
  'stratoshark %j answers the same',
  (args) => {
    const here = answer(process.execPath, args);
    expect(here.status).toBe(0);
    expect(here.stdout.length).toBeGreaterThan(0);
    expect(answer(older, args)).toEqual(here);
  },
);
