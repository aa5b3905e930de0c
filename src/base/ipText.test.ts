import { isIPv4, isIPv6 } from 'node:net';
import { expect, test } from 'vitest';
import { isIpv4, isIpv6 } from './ipText.ts';

const whole = [
  '10.0.0.1', '255.255.255.255', '0.0.0.0', '256.0.0.1', '01.2.3.4', '1.2.3', '1.2.3.4.5', '', ' 1.2.3.4', '1.2.3.4\n',
  '::', '::1', '1::', 'fe80::1%eth0', 'fe80::1%', 'fe80::1%a%b', '::ffff:10.0.0.1', '::10.0.0.256', '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::', '1:2:3:4:5:6::8:9', '1::2::3', ':::', ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '1:2:3:4:5:1.2.3.4::', '12345::', 'g::', 'FE80::A', '1.2.3.4::', '::1.2.3.4:5',
];

test('says what node says', () => {
  for (const text of whole) {
    expect([text, isIpv4(text), isIpv6(text)]).toEqual([text, isIPv4(text), isIPv6(text)]);
  }
});

test('says what node says of texts put together at random', () => {
  const parts = ['1', 'ab', '::', ':', '.', '255', '10.0.0.1', '%', 'eth0', '0', '12345'];
  let state = 1;
  const next = (below: number): number => (state = (state * 48271) % 2147483647) % below;
  const others: string[] = [];
  let addresses = 0;
  for (let i = 0; i < 50_000; i++) {
    const text = Array.from({ length: 1 + next(9) }, () => parts[next(parts.length)] ?? '').join(next(3) === 0 ? ':' : '');
    if (isIpv4(text) !== isIPv4(text) || isIpv6(text) !== isIPv6(text)) others.push(text);
    if (isIPv6(text)) addresses++;
  }
  expect(others).toEqual([]);
  expect(addresses).toBeGreaterThan(100);
});
