/** A small language for the development page: the real service on a few fields, and a check that knows a few mistakes. */
import type { FieldInfo, FilterCheck } from '../../src/contract/capture.ts';
import type { FieldValues, LanguageTables } from '../../src/contract/language.ts';
import { FilterLanguage } from '../../src/language/service.ts';
import { tokenize } from '../../src/language/tokens.ts';

const field = (name: string, label: string, type: string, more: Partial<FieldInfo> = {}): FieldInfo =>
  ({ name, label, type, protocol: name.split('.')[0] ?? name, ...more });

const truth = { values: [[1, 'Set'], [0, 'Not set']] } as const;

const tables: LanguageTables = {
  fields: [
    field('eth', 'Ethernet', 'FT_PROTOCOL'),
    field('eth.type', 'Type', 'FT_UINT16', { hex: true, values: [[0x0800, 'IPv4'], [0x0806, 'ARP'], [0x86dd, 'IPv6']] }),
    field('arp', 'Address Resolution Protocol', 'FT_PROTOCOL'),
    field('ip', 'Internet Protocol Version 4', 'FT_PROTOCOL'),
    field('ip.addr', 'Source or Destination Address', 'FT_IPv4'),
    field('ip.src', 'Source Address', 'FT_IPv4'),
    field('ip.dst', 'Destination Address', 'FT_IPv4'),
    field('ip.proto', 'Protocol', 'FT_UINT8', { values: [[1, 'ICMP'], [6, 'TCP'], [17, 'UDP']] }),
    field('tcp', 'Transmission Control Protocol', 'FT_PROTOCOL'),
    field('tcp.port', 'Source or Destination Port', 'FT_UINT16'),
    field('tcp.srcport', 'Source Port', 'FT_UINT16'),
    field('tcp.dstport', 'Destination Port', 'FT_UINT16'),
    field('tcp.len', 'TCP Segment Len', 'FT_UINT32'),
    field('tcp.flags', 'Flags', 'FT_UINT16', { hex: true }),
    field('tcp.flags.reset', 'Reset', 'FT_BOOLEAN', truth),
    field('tcp.flags.syn', 'Syn', 'FT_BOOLEAN', truth),
    field('tcp.analysis.retransmission', 'This frame is a (suspected) retransmission', 'FT_NONE'),
    field('udp', 'User Datagram Protocol', 'FT_PROTOCOL'),
    field('udp.port', 'Source or Destination Port', 'FT_UINT16'),
    field('http', 'Hypertext Transfer Protocol', 'FT_PROTOCOL'),
    field('http.host', 'Host', 'FT_STRING'),
    field('http.request.method', 'Request Method', 'FT_STRING'),
    field('http.response.code', 'Status Code', 'FT_UINT16'),
    field('dns', 'Domain Name System', 'FT_PROTOCOL'),
    field('dns.qry.name', 'Name', 'FT_STRING'),
    field('k8s', 'Kubernetes', 'FT_PROTOCOL'),
    field('k8s.label', 'Label', 'FT_STRING'),
    field('k8s.pod.name', 'Pod', 'FT_STRING'),
  ],
  operators: [
    { spelling: '==', kind: 'compare', help: 'equal' }, { spelling: 'eq', kind: 'compare', help: 'equal' },
    { spelling: '===', kind: 'compare', help: 'all equal' }, { spelling: '!=', kind: 'compare', help: 'not equal (no value is)' },
    { spelling: '!==', kind: 'compare', help: 'not equal (some value is not)' },
    { spelling: '~=', kind: 'compare', help: 'not equal (some value is not)', better: '!==' },
    { spelling: '<', kind: 'compare', help: 'less' }, { spelling: '<=', kind: 'compare', help: 'less or equal' },
    { spelling: '>', kind: 'compare', help: 'greater' }, { spelling: '>=', kind: 'compare', help: 'greater or equal' },
    { spelling: 'contains', kind: 'contains' }, { spelling: 'matches', kind: 'matches' }, { spelling: '~', kind: 'matches' },
    { spelling: 'in', kind: 'in' }, { spelling: '&&', kind: 'and' }, { spelling: 'and', kind: 'and' },
    { spelling: '||', kind: 'or' }, { spelling: 'or', kind: 'or' }, { spelling: '!', kind: 'not' }, { spelling: 'not', kind: 'not' },
    { spelling: 'any', kind: 'any' }, { spelling: 'all', kind: 'all' },
    { spelling: '&', kind: 'arithmetic', help: 'bits in common' }, { spelling: '+', kind: 'arithmetic', help: 'plus' },
    { spelling: '-', kind: 'arithmetic', help: 'minus' }, { spelling: '*', kind: 'arithmetic', help: 'times' },
    { spelling: '/', kind: 'arithmetic', help: 'divided by' },
  ],
  functions: [
    { name: 'len', signature: 'len(field)', help: 'Length of the value in bytes', types: [['FT_STRING', 'FT_UINT32'], ['FT_PROTOCOL', 'FT_UINT32']] },
    { name: 'lower', signature: 'lower(string)', help: 'The string in lower case', types: [['FT_STRING', 'FT_STRING']] },
    { name: 'max', signature: 'max(field, ...)', help: 'The greatest of all values', types: [['FT_UINT16', 'FT_UINT16'], ['FT_UINT32', 'FT_UINT32']] },
  ],
  types: [
    { type: 'FT_NONE', text: 'a label without value', can: [] },
    { type: 'FT_PROTOCOL', text: 'a protocol', can: ['compare', 'in', 'contains', 'matches', 'slice'] },
    { type: 'FT_BOOLEAN', text: 'a boolean', can: ['compare', 'in'] },
    { type: 'FT_UINT8', text: 'an unsigned 8-bit number', can: ['compare', 'in', 'arithmetic'] },
    { type: 'FT_UINT16', text: 'an unsigned 16-bit number', can: ['compare', 'in', 'arithmetic'] },
    { type: 'FT_UINT32', text: 'an unsigned 32-bit number', can: ['compare', 'in', 'arithmetic'] },
    { type: 'FT_STRING', text: 'a string', can: ['compare', 'in', 'contains', 'matches', 'slice'] },
    { type: 'FT_IPv4', text: 'an IPv4 address', can: ['compare', 'in', 'slice', 'arithmetic'] },
  ],
  known: [['quic', 'FT_PROTOCOL']],
};

export const fakeTables = tables;
export const fakeLanguage = new FilterLanguage(tables);

const seen: Readonly<Record<string, FieldValues['values']>> = {
  'tcp.port': [['8080', 275], ['443', 120], ['51234', 16]],
  'http.host': [['"shop.example"', 24], ['"<b>bold</b>"', 1]],
  'ip.proto': [['6', 275]],
  'k8s.label': [['"app.kubernetes.io/name=web"', 9], ['"tier=front"', 4]],
};

export const fakeValues = (name: string): FieldValues => ({ values: seen[name] ?? [], packets: 300, whole: true });

const kMistakes: Readonly<Record<string, string>> = { 'tpc.port': 'tcp.port', 'ip.adr': 'ip.addr' };

/** Valid where every name is known and it does not end in an operator. */
export function checkText(text: string): FilterCheck {
  const tokens = tokenize(text, {
    words: new Set(tables.operators.map(({ spelling }) => spelling)),
    symbols: tables.operators.map(({ spelling }) => spelling).sort((a, b) => b.length - a.length),
  });
  const known = new Set([...tables.fields, ...tables.functions].map(({ name }) => name));
  const wrong = tokens.find(({ kind, text: name }) => kind === 'word' && /^[a-z]/.test(name) && !known.has(name));
  if (wrong !== undefined) {
    const better = kMistakes[wrong.text];
    const message = `"${wrong.text}" is neither a field nor a protocol.${better === undefined ? '' : ` Did you mean "${better}"?`}`;
    return { ok: false, error: { start: wrong.start, end: wrong.end, code: 'unknown-field', message, ...(better === undefined ? {} : { replacement: better }) } };
  }
  const last = tokens.at(-1);
  if (last?.kind === 'operator') {
    return { ok: false, error: { start: text.length, end: text.length, code: 'incomplete', message: 'A value must follow.' } };
  }
  const old = tokens.find(({ text: spelling }) => spelling === '~=');
  const warnings = old === undefined ? [] : [{ start: old.start, end: old.end, code: 'deprecated', message: '"~=" is deprecated: write "!==".', replacement: '!==' }];
  return { ok: true, warnings };
}
