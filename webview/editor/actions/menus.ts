/** The context menus of a packet's cell and of a field. */
import type { PacketRow, TreeNode } from '../../../src/contract/capture.ts';
import type { MenuEntry } from '../../widgets/menu.ts';
import type { Column } from '../columns.ts';
import { cellFilter } from '../filterTexts.ts';
import type { LocalMark } from '../marks.ts';
import type { Tools } from '../tools.ts';
import { editColoringRules } from './coloring.ts';
import { editComments } from './comments.ts';
import { addFieldColumn } from './columns.ts';
import { fieldCopyEntries, rowCopyEntries } from './copy.ts';
import { openDecodeAs } from './decodeAs.ts';
import { conversationEntries, filterEntries } from './filters.ts';
import { followStream } from './follow.ts';
import { clearEntries, toggle, toggleMark } from './marking.ts';

const commentsEntry = (tools: Tools): MenuEntry =>
  ({ label: 'Packet Comments…', keys: 'Ctrl+Alt+C', run: () => { editComments(tools); } });

export async function packetMenu(tools: Tools, packet: PacketRow, column: Column): Promise<readonly MenuEntry[]> {
  const { detail } = await tools.packetData();
  const filter = cellFilter(column, packet, detail, tools.preferences.time);
  const is = (kind: LocalMark): boolean => tools.marks.has(kind, packet.n);
  return [
    { label: 'Mark Packet', keys: 'Ctrl+M', checked: packet.marked === true, run: () => { toggleMark(tools); } },
    { label: 'Ignore Packet', keys: 'Ctrl+D', checked: is('ignored'), run: () => { toggle('ignored')(tools); } },
    { label: 'Time Reference', keys: 'Ctrl+T', checked: is('references'), run: () => { toggle('references')(tools); } },
    commentsEntry(tools),
    ...await clearEntries(tools),
    'separator',
    ...filterEntries(tools, filter),
    ...await conversationEntries(tools),
    { label: 'Follow Stream', keys: 'Ctrl+Alt+Shift+T', run: () => { followStream(tools); } },
    { label: 'Color by Filter…', disabled: filter === '', run: () => { editColoringRules(tools, filter); } },
    'separator',
    { label: 'Decode As…', run: () => { tools.attempt(openDecodeAs(tools)); } },
    { label: 'Copy', children: rowCopyEntries(tools, packet, column, filter) },
  ];
}

export function fieldMenu(tools: Tools, node: TreeNode): readonly MenuEntry[] {
  return [
    { label: 'Expand Subtree', keys: 'Shift+→', run: () => { tools.details.setBranchOpen(true); } },
    { label: 'Collapse Subtree', keys: 'Shift+←', run: () => { tools.details.setBranchOpen(false); } },
    'separator',
    ...filterEntries(tools, node.filter),
    { label: 'Apply as Column', disabled: node.field === '', run: () => { addFieldColumn(tools, node); } },
    { label: 'Color by Filter…', disabled: node.filter === '', run: () => { editColoringRules(tools, node.filter); } },
    'separator',
    commentsEntry(tools),
    { label: 'Decode As…', run: () => { tools.attempt(openDecodeAs(tools)); } },
    { label: 'Copy', children: fieldCopyEntries(tools, node) },
  ];
}
