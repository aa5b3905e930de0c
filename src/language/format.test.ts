/** Normal spacing, lines of a file, marks. */
import { expect, test } from 'vitest';
import { fakeTables } from '../../webview/dev/language.ts';
import { diagnose } from './diagnose.ts';
import { filterLines } from './document.ts';
import { FilterLanguage } from './service.ts';

const language = new FilterLanguage(fakeTables);

test.each([
  ['ip.src==10.0.0.1&&tcp', 'ip.src == 10.0.0.1 && tcp'],
  ['  tcp.port   in{80,443 , 8000 .. 8099}', 'tcp.port in {80, 443, 8000..8099}'],
  ['! ( tcp||udp )', '!(tcp || udp)'],
  ['not( tcp )', 'not (tcp)'],
  ['len( http.host )>5', 'len(http.host) > 5'],
  ['max(tcp.srcport ,tcp.dstport)==80', 'max(tcp.srcport, tcp.dstport) == 80'],
  ['tcp[0 : 4]==aa:bb:cc:dd', 'tcp[0 : 4] == aa:bb:cc:dd'],
  ['tcp[0:2,4:2] == 00', 'tcp[0:2, 4:2] == 00'],
  ['tcp.len==-1', 'tcp.len == -1'],
  ['tcp.len  -  1 == 2', 'tcp.len - 1 == 2'],
  ['tcp.flags&2==2', 'tcp.flags&2 == 2'],
  ['http.host=="a  b&&c"', 'http.host == "a  b&&c"'],
  ['http.host == /api/v1', 'http.host == /api/v1'],
  ['ip.addr#2==${ip.src}', 'ip.addr#2 == ${ip.src}'],
  ['@ip.src==0a:00:00:01', '@ip.src == 0a:00:00:01'],
  ['ip.src==::1', 'ip.src == ::1'],
])('%s becomes %s', (text, formatted) => {
  expect(language.format(text)).toBe(formatted);
  expect(language.format(formatted)).toBe(formatted);
});

test('any text gets an answer soon, and spacing never changes its tokens', async () => {
  const parts = ['tcp.port', 'ip.src', '==', '&&', '!', '(', ')', '{', '}', '[', ']', '0:4', '"a b', '"x"', "'", '${', '#', '@', '..', ',', '-', '/', '::', 'fe80::1', '10.0.0.1/8', 'len(', 'in', 'not', ' ', '\\', '€', '=', 'r"'];
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: 1 + random(12) }, () => `${parts[random(parts.length)] ?? ''}${random(2) === 0 ? ' ' : ''}`).join('');
    const offset = random(text.length + 1);
    const { start, end } = await language.complete({ text, offset });
    expect(start <= offset && offset <= end && end <= text.length, `${text} at ${String(offset)}: ${String(start)}..${String(end)}`).toBe(true);
    language.hover({ text, offset });
    language.signature({ text, offset });
    const spaced = language.format(text);
    expect(spaced.replaceAll(/\s/g, ''), text).toBe(text.replaceAll(/\s/g, ''));
    expect(language.format(spaced), text).toBe(spaced);
  }
});

test.each(['a:', ':', '[', '{a', '"\\', '(', 'a.', '..', '1.', '$' ])('eight thousand times %s is answered at once', async (part) => {
  const text = part.repeat(Math.floor(8000 / part.length));
  const from = performance.now();
  await language.complete({ text, offset: text.length });
  language.format(text);
  expect(performance.now() - from).toBeLessThan(1000);
});

test('a line is a filter unless it is blank or begins with #', () => {
  expect(filterLines('# web\n\n  tcp.port == 80  \r\nip.addr#2 == 10.0.0.1\n \t# off')).toEqual([
    { line: 2, start: 2, text: 'tcp.port == 80' }, { line: 3, start: 0, text: 'ip.addr#2 == 10.0.0.1' },
  ]);
});

test('a message at the end of the text marks its last character, and its remedy stands where it belongs', () => {
  const [mark] = diagnose('tcp ==', { ok: false, error: { start: 6, end: 6, message: 'A value must follow.', code: 'incomplete' } });
  expect(mark).toMatchObject({ start: 5, end: 6, severity: 'error' });
  const [fixed] = diagnose('ip.adr', { ok: false, error: { start: 0, end: 6, message: '…', code: 'unknown-field', replacement: 'ip.addr' } });
  expect(fixed?.fix).toEqual({ title: 'Replace with ip.addr', start: 0, end: 6, text: 'ip.addr' });
  const [old] = diagnose('a ~= b', { ok: true, warnings: [{ start: 2, end: 4, message: '…', code: 'deprecated', replacement: '!==' }] });
  expect(old).toMatchObject({ start: 2, end: 4, severity: 'warning', code: 'deprecated' });
});
