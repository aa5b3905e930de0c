/** Copying what is selected: values, filters, descriptions, bytes, rows. */
import type { PacketRow, TreeNode } from '../../../src/contract/capture.ts';
import { formatHex } from '../../base/format.ts';
import type { MenuEntry } from '../../widgets/menu.ts';
import type { Column } from '../columns.ts';
import { valueOf } from '../filterTexts.ts';
import type { Tools } from '../tools.ts';

/** Most bytes copied: more is better saved as a file. */
const kMostBytes = 1024 * 1024;

async function put(tools: Tools, text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  const line = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  tools.say(`Copied: ${line}`);
}

const entry = (tools: Tools, label: string, text: string | (() => Promise<string>)): MenuEntry => ({
  label,
  disabled: text === '',
  run: () => { tools.attempt((async () => put(tools, typeof text === 'string' ? text : await text()))()); },
});

/** A cell of comma-separated values (RFC 4180). */
export const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** The bytes of a field, of whatever source they lie in. */
async function bytesOf(tools: Tools, { source, offset, length }: TreeNode): Promise<readonly number[]> {
  const { detail: { n } } = await tools.packetData();
  const bytes: number[] = [];
  const end = Math.min(length, kMostBytes);
  while (bytes.length < end) {
    const piece = await tools.host.api.bytes({ frame: n, source, offset: offset + bytes.length, length: end - bytes.length });
    if (piece.length === 0) {
      break;
    }
    bytes.push(...piece);
  }
  return bytes;
}

const asHex = (bytes: readonly number[], between: string): string => bytes.map((byte) => formatHex(byte, 2)).join(between);
const asText = (bytes: readonly number[]): string =>
  bytes.map((byte) => ((byte >= 0x20 && byte < 0x7f) || byte === 10 || byte === 13 || byte === 9 ? String.fromCharCode(byte) : '.')).join('');

/** Copy, for a field of the tree. */
export function fieldCopyEntries(tools: Tools, node: TreeNode): readonly MenuEntry[] {
  const none = node.length === 0;
  const bytes = (form: (all: readonly number[]) => string) => async (): Promise<string> => form(await bytesOf(tools, node));
  return [
    entry(tools, 'Value', valueOf(node)),
    entry(tools, 'As Filter', node.filter),
    entry(tools, 'Description', node.label),
    entry(tools, 'Field Name', node.field),
    'separator',
    entry(tools, 'Bytes as Hex', none ? '' : bytes((all) => asHex(all, ' '))),
    entry(tools, 'Bytes as Hex Stream', none ? '' : bytes((all) => asHex(all, ''))),
    entry(tools, 'Bytes as Text', none ? '' : bytes(asText)),
  ];
}

/** Copy, for a cell of the list. */
export function rowCopyEntries(tools: Tools, packet: PacketRow, column: Column, filter: string): readonly MenuEntry[] {
  const texts = tools.list.textsOf(packet);
  return [
    entry(tools, 'Value', texts[tools.list.visibleColumns.indexOf(column)] ?? ''),
    entry(tools, 'As Filter', filter),
    'separator',
    entry(tools, 'Row as Text', texts.join('\t')),
    entry(tools, 'Row as CSV', texts.map(csvCell).join(',')),
  ];
}
