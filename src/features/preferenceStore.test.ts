import { expect, test } from 'vitest';
import type { FieldInfo } from '../contract/capture.ts';
import { columnsOf, digitsOf, rulesOf, textsOf, timeFormatOf } from './preferenceStore.ts';
import { closestFields } from './tabViewing.ts';

test('of what was kept or written by hand, what is not understood is left out', () => {
  const good = { title: 'No.', shows: 'number', width: 60, visible: true };
  const field = { title: 'Host', shows: { field: 'http.host', occurrence: 0 }, width: 100, visible: false };
  expect(columnsOf([good, field, null, 7, { ...good, shows: 'nosuch' }, { ...good, width: 'wide' }, { ...field, shows: { field: 1 } }])).toEqual([good, field]);
  expect(columnsOf('none')).toEqual([]);
  expect(timeFormatOf('utcDate')).toBe('utcDate');
  expect(timeFormatOf('toString')).toBe('relative');
  expect(digitsOf(6)).toBe(6);
  expect([10, -3, 1.5, '3', undefined].map(digitsOf)).toEqual([-1, -1, -1, -1, -1]);
  expect(textsOf(['a', 1, 'b'])).toEqual(['a', 'b']);
});

test('a coloring rule needs a filter; the rest has defaults', () => {
  expect(rulesOf([{ filter: 'tcp' }, { name: 'x' }, 'tcp', { name: '', filter: 'dns', color: 'dns', enabled: false }])).toEqual([
    { name: 'tcp', filter: 'tcp', color: 'accent1', enabled: true },
    { name: 'dns', filter: 'dns', color: 'dns', enabled: false },
  ]);
});

test('fields by name before label, the shorter first, each name once', () => {
  const info = (name: string, label: string): FieldInfo => ({ name, label, type: 'FT_UINT16', protocol: 'tcp' });
  const fields = [info('tcp.port', 'Port'), info('tcp.srcport', 'Source Port'), info('tcp.port', 'Port again'), info('udp.length', 'Length of port data'), info('port', 'X')];
  expect(closestFields(fields, ' PORT ').map(({ name }) => name)).toEqual(['port', 'tcp.port', 'tcp.srcport', 'udp.length']);
});
