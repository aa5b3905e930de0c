/** Display filters made from what is selected. The engine gives each field's own (TreeNode.filter). */
import type { PacketDetail, PacketRow, TreeNode } from '../../src/contract/capture.ts';
import type { Column } from './columns.ts';

/** How a selected filter joins the one that is there. */
export type FilterJoin = 'selected' | 'not' | 'and' | 'or' | 'andNot' | 'orNot';

export const filterJoins: readonly { readonly join: FilterJoin; readonly label: string }[] = [
  { join: 'selected', label: 'Selected' },
  { join: 'not', label: 'Not Selected' },
  { join: 'and', label: '… And Selected' },
  { join: 'or', label: '… Or Selected' },
  { join: 'andNot', label: '… And Not Selected' },
  { join: 'orNot', label: '… Or Not Selected' },
];

/** `present` is the filter there is, '' for none: it then counts for nothing. */
export function joinFilter(present: string, selected: string, join: FilterJoin): string {
  const negated = `!(${selected})`;
  const before = present.trim();
  switch (join) {
    case 'selected': return selected;
    case 'not': return negated;
    case 'and': return before === '' ? selected : `(${before}) && (${selected})`;
    case 'or': return before === '' ? selected : `(${before}) || (${selected})`;
    case 'andNot': return before === '' ? negated : `(${before}) && ${negated}`;
    case 'orNot': return before === '' ? negated : `(${before}) || ${negated}`;
  }
}

/** All nodes in the order they are shown, hidden ones too: they carry the fields of both directions. */
export function allNodes(tree: readonly TreeNode[]): readonly TreeNode[] {
  return tree.flatMap((node) => [node, ...allNodes(node.children ?? [])]);
}

/** The value of a node as its filter has it, without quotes; '' where the field has none. */
export function valueOf({ filter, field }: TreeNode): string {
  const value = filter.startsWith(`${field} == `) ? filter.slice(field.length + 4) : '';
  return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replace(/\\(["\\])/g, '$1') : value;
}

const lastOf = <T>(items: readonly T[]): T | undefined => items.at(-1);

/** The innermost address field of one side that shows this text. */
function addressFilter(nodes: readonly TreeNode[], side: 'src' | 'dst', text: string): string {
  const sided = new RegExp(`(^|[._])${side}($|[.])`);
  return lastOf(nodes.filter((node) => sided.test(node.field) && valueOf(node) === text))?.filter ?? '';
}

/** The protocol that the Protocol column names: its own node in the tree, else the innermost that is no plain data. */
function protocolFilter(tree: readonly TreeNode[], text: string): string {
  const name = text.toLowerCase();
  const layers = tree.map(({ field }) => field).filter((field) => field !== '' && field !== 'data' && !field.startsWith('_'));
  return layers.includes(name) ? name
    : lastOf(layers.filter((field) => name.startsWith(field))) ?? lastOf(layers) ?? '';
}

const timeFields: readonly [RegExp, string][] = [
  [/^relative$/, 'frame.time_relative'],
  [/^delta$/, 'frame.time_delta'],
  [/^deltaDisplayed$/, 'frame.time_delta_displayed'],
  [/^epoch$/, 'frame.time_epoch'],
  [/./, 'frame.time'],
];

/** A filter that selects what a cell of a packet says; '' where the language has none (Info). */
export function cellFilter(column: Column, row: PacketRow, { tree }: PacketDetail, timeFormat: string): string {
  const nodes = allNodes(tree);
  const first = (field: string): string => nodes.find((node) => node.field === field)?.filter ?? '';
  switch (column.shows) {
    case 'number': return `frame.number == ${String(row.n)}`;
    case 'time': return first(timeFields.find(([format]) => format.test(timeFormat))?.[1] ?? '');
    case 'source': return addressFilter(nodes, 'src', row.source);
    case 'destination': return addressFilter(nodes, 'dst', row.destination);
    case 'protocol': return protocolFilter(tree, row.protocol);
    case 'length': return `frame.len == ${String(row.length)}`;
    case 'info': return '';
    default: return fieldFilter(nodes, column.shows.field, column.shows.occurrence);
  }
}

/** The values a field column shows, all of them to be there. */
function fieldFilter(nodes: readonly TreeNode[], field: string, occurrence: number): string {
  const found = nodes.filter((node) => node.field === field);
  const shown = occurrence === 0 ? found : [found[occurrence > 0 ? occurrence - 1 : found.length + occurrence]];
  const filters = [...new Set(shown.flatMap((node) => (node === undefined || node.filter === '' ? [] : [node.filter])))];
  return filters.join(' && ');
}

/** The conversation a packet belongs to, of each kind there is, innermost first. */
export function conversationFilters({ tree }: PacketDetail): readonly { readonly label: string; readonly filter: string }[] {
  const nodes = allNodes(tree);
  const last = (field: string): TreeNode | undefined => lastOf(nodes.filter((node) => node.field === field));
  const pair = (label: string, any: string, src: string, dst: string): readonly { label: string; filter: string }[] => {
    const [from, to] = [last(src), last(dst)];
    return from === undefined || to === undefined ? [] : [{ label, filter: `${any} == ${valueOf(from)} && ${any} == ${valueOf(to)}` }];
  };
  const stream = (label: string, field: string): readonly { label: string; filter: string }[] => {
    const node = last(field);
    return node === undefined ? [] : [{ label, filter: node.filter }];
  };
  return [
    ...stream('TCP', 'tcp.stream'),
    ...stream('UDP', 'udp.stream'),
    ...pair('IPv4', 'ip.addr', 'ip.src', 'ip.dst'),
    ...pair('IPv6', 'ipv6.addr', 'ipv6.src', 'ipv6.dst'),
    ...pair('Ethernet', 'eth.addr', 'eth.src', 'eth.dst'),
  ];
}
