import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isKeyLog } from './keyLog.ts';

const recorded = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../test/fixtures/recorded', name), 'utf8');
const random = 'ab'.repeat(32);

test('key logs that openssl wrote are recognised, with comments and either line end', () => {
  expect(isKeyLog(recorded('tls12.pcap.keys'))).toBe(true);
  expect(isKeyLog(recorded('tls13.pcap.keys'))).toBe(true);
  expect(isKeyLog(`# comment\r\nCLIENT_RANDOM ${random} ${'0F'.repeat(48)}\r\n`)).toBe(true);
  expect(isKeyLog(`RSA Session-ID:${'01'.repeat(32)} Master-Key:${'02'.repeat(48)}`)).toBe(true);
});

test.each(['', 'CLIENT_RANDOM', `CLIENT_RANDOM ${random}`, `CLIENT_RANDOM ${random} xyz`, `EXPORTER_SECRET ${random} ${random}`, '{"a":1}'])(
  '%j is none', (text) => { expect(isKeyLog(text)).toBe(false); },
);
