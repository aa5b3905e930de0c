import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nameBlock } from './nameBlock.ts';

test('bytes of a record by hand: type, length, address, name, padding, end', () => {
  const block = Buffer.from(nameBlock([{ address: '10.244.1.5', name: 'ab' }, { address: 'not one', name: 'x' }]));
  expect(block.toString('hex')).toBe('04000000' + '1c000000' + '0100' + '0700' + '0af40105' + '616200' + '00' + '00000000' + '1c000000');
});

/** A capture of two packets between the two addresses, for tshark to name. */
function capture(block: Uint8Array): Uint8Array {
  const u32 = (...values: readonly number[]): Buffer => Buffer.from(Uint32Array.from(values).buffer);
  const section = Buffer.concat([u32(0x0a0d0d0a, 28, 0x1a2b3c4d), Buffer.from('01000000ffffffffffffffff', 'hex'), u32(28)]);
  const raw = Buffer.concat([u32(1, 20), Buffer.from('65000000', 'hex'), u32(0, 20)]);
  const packet = (bytes: Buffer): Buffer => Buffer.concat([u32(6, 32 + bytes.length, 0, 0, 0, bytes.length, bytes.length), bytes, u32(32 + bytes.length)]);
  const v4 = Buffer.from('4500001400000000403b00000af401050a600001', 'hex');
  const v6 = Buffer.from('6000000000003b40' + 'fd000000000000000000000000000005' + 'fd000000000000000000000000000006', 'hex');
  return Buffer.concat([section, raw, block, packet(v4), packet(v6)]);
}

test('tshark shows the names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  try {
    const file = join(folder, 'a.pcapng');
    writeFileSync(file, capture(nameBlock([
      { address: '10.244.1.5', name: 'web-1.production.pod' }, { address: '10.96.0.1', name: 'api.default.svc' },
      { address: 'fd00::5', name: 'web-1.production.pod6' }, { address: 'fd00:0:0::0.0.0.6', name: 'six' },
    ])));
    const rows = execFileSync('tshark', ['-N', 'n', '-r', file, '-T', 'fields', '-e', 'ip.src_host', '-e', 'ip.dst_host', '-e', 'ipv6.src_host', '-e', 'ipv6.dst_host'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(rows.split('\n').slice(0, 2)).toEqual(['web-1.production.pod\tapi.default.svc\t\t', '\t\tweb-1.production.pod6\tsix']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
