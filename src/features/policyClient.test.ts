/** The policy worker as the extension host sees it: answers, time limit, going on after an end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PolicyClient } from './policyClient.ts';

const folder = mkdtempSync(join(tmpdir(), 'policy-worker-'));
const script = join(folder, 'policyWorker.js');
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../test/fixtures/policy', name), 'utf8');
const shop = { uri: 'file:///shop.yaml', text: fixture('shop.yaml'), open: false };
const backend = { uri: 'file:///backend.yaml', text: fixture('backend-netpol.yaml'), open: true };
let client: PolicyClient | undefined;
const log: string[] = [];

const start = (timeLimit?: number): PolicyClient => {
  client = new PolicyClient(script, (line) => { log.push(line); }, timeLimit);
  return client;
};

beforeAll(() => {
  buildSync({ entryPoints: [join(import.meta.dirname, 'policyWorker.ts')], outfile: script, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
});
afterEach(() => {
  client?.dispose();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('the worker answers; bytes and problems come through', async () => {
  const asked = start();
  await asked.setFiles([shop, backend]);
  expect((await asked.call('analyse', { uri: backend.uri }))?.lenses[1]?.title).toBe('selects 1 pod · from files alone');
  const { edition } = await asked.call('panel', { uri: backend.uri, policy: '' });
  expect(await asked.call('cells', { edition, rows: [0], columns: [1] })).toEqual(new Uint8Array([0]));
  await expect(asked.call('explain', { from: 'shop/nobody', to: 'shop/api-1', port: '1', protocol: 'TCP' })).rejects.toThrow('shop/nobody is no pod known');
});

test('an answer that takes too long ends the worker; the next one goes on without that document', async () => {
  const asked = start(1500);
  const long = { uri: 'file:///long.yaml', text: Array.from({ length: 60_000 }, (_, at) => `---\n${backend.text.replace('name: backend-netpol', `name: p${String(at)}`)}`).join('').slice(0, 15_900_000), open: true };
  await asked.setFiles([shop, backend, long]);
  await expect(asked.call('analyse', { uri: long.uri }, long.uri)).rejects.toThrow('took longer than');
  expect(asked.isLeftOut(long.uri)).toBe(true);
  expect((await asked.call('analyse', { uri: backend.uri }))?.lenses[1]?.title).toBe('selects 1 pod · from files alone');
  // A change of its text gives it another chance.
  await asked.setFiles([{ ...long, text: backend.text.replace('backend-netpol', 'short') }]);
  expect(asked.isLeftOut(long.uri)).toBe(false);
  expect((await asked.call('analyse', { uri: long.uri }))?.lenses.length).toBe(5);
}, 60_000);

test('after its end nothing is asked any more', async () => {
  const asked = start();
  asked.dispose();
  await expect(asked.call('ends', undefined)).rejects.toThrow();
});
