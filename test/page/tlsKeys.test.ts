/** A TLS key log dropped on the page: what was encrypted shows as tshark shows it with the keys. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { captures, useEnginePages, type EnginePage } from './enginePage.ts';

const kProtocol = 4;
const kInfo = 6;

let opened: EnginePage;

const open = useEnginePages();

const keyed = path.join(captures, '../recorded/keyed-tls13-gcm.pcapng');

/** Block type of a pcapng's decryption secrets. */
const kSecretsBlock = 10;

/** The recorded capture without its secrets (editcap 4.0 cannot take them out), and these as the text of a key log. */
function separated(): { readonly file: string; readonly keys: string } {
  const whole = readFileSync(keyed);
  const blocks: Buffer[] = [];
  for (let at = 0; at < whole.length; at += whole.readUInt32LE(at + 4)) {
    if (whole.readUInt32LE(at) !== kSecretsBlock) blocks.push(whole.subarray(at, at + whole.readUInt32LE(at + 4)));
  }
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'keys-')), 'encrypted.pcapng');
  writeFileSync(file, Buffer.concat(blocks));
  const keys = whole.toString('latin1').match(/(?:CLIENT|SERVER)_\w+ [\da-f]{64} [\da-f]+\n/g) ?? [];
  return { file, keys: keys.join('') };
}

async function drop(name: string, text: string): Promise<void> {
  await opened.page.evaluate(([file, content]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content ?? ''], file ?? ''));
    for (const kind of ['dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, [name, text]);
}

test('a dropped key log decrypts the capture, a dropped picture does not', async () => {
  const { file, keys } = separated();
  expect(keys.split('\n').length).toBeGreaterThan(4);
  opened = await open(file);
  await expect.poll(() => opened.column(kProtocol)).not.toContain('HTTP');
  await drop('picture.png', 'no keys');
  await expect.poll(() => opened.page.locator('.banner').innerText()).toContain('picture.png holds no TLS keys');
  await expect.poll(() => opened.column(kProtocol)).not.toContain('HTTP');
  await drop('keys.log', keys);
  await expect.poll(() => opened.column(kProtocol)).toContain('HTTP');
  const shown = execFileSync('tshark', ['-n', '-2', '-r', keyed, '-T', 'fields', '-e', '_ws.col.Protocol', '-e', '_ws.col.Info'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const want = shown.split('\n').slice(0, -1).map((line) => line.split('\t')[0] ?? '');
  await expect.poll(() => opened.column(kProtocol)).toEqual(want.slice(0, (await opened.rows()).length));
  const requests = (await opened.column(kInfo)).filter((info) => info.includes('HTTP/1.1'));
  expect(requests.some((info) => info.startsWith('GET /busy'))).toBe(true);
}, 120_000);
