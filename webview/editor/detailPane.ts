/** The dissection tree of the selected packet. */
import type { PacketDetail, TreeNode } from '../../src/contract/capture.ts';
import { element } from '../base/dom.ts';
import { TreeView } from '../widgets/treeView.ts';

export interface DetailPaneOptions {
  readonly expanded: readonly string[];
  readonly onExpandedChanged: (expanded: readonly string[]) => void;
  /** `protocol`: the top-level node the field belongs to. */
  readonly onSelect: (field: TreeNode, protocol: TreeNode, byUser: boolean) => void;
}

export class DetailPane {
  public readonly root = element('section', { className: 'detail-pane', attributes: { 'aria-label': 'Packet details' } });

  private readonly tree: TreeView<TreeNode>;
  private detail: PacketDetail | undefined;

  public constructor({ expanded, onExpandedChanged, onSelect }: DetailPaneOptions) {
    this.tree = new TreeView<TreeNode>({
      adapter: { label: ({ label }) => label, children: childrenOf, key: keyOf, className: classOf },
      label: 'Packet details',
      expanded,
      onExpandedChanged,
      onSelect: (field, byUser) => {
        const protocol = this.detail?.tree.find((top) => isWithin(top, field));
        onSelect(field, protocol ?? field, byUser);
      },
    });
    this.root.append(this.tree.list.root);
  }

  public show(detail: PacketDetail): void {
    this.detail = detail;
    this.tree.show(visible(detail.tree));
  }

  public clear(): void {
    this.detail = undefined;
    this.tree.show([]);
  }

  /** Selects the innermost field over a byte; tells whether there is one. */
  public selectByte(source: number, offset: number): boolean {
    const field = innermost(this.detail?.tree ?? [], source, offset);
    if (field !== undefined) {
      this.tree.selectNode(field);
    }
    return field !== undefined;
  }
}

const visible = (nodes: readonly TreeNode[]): readonly TreeNode[] => nodes.filter(({ hidden }) => hidden !== true);

const childrenOf = ({ children }: TreeNode): readonly TreeNode[] => (children === undefined ? [] : visible(children));

/** A text-only node is known by its words up to the value: "Flags: 0x018 (PSH, ACK)" is "Flags". */
const keyOf = ({ field, label }: TreeNode): string => (field !== '' ? field : (label.split(/[:,=]/, 1)[0] ?? ''));

function classOf({ generated, severity, field, length }: TreeNode): string {
  const classes = [
    generated === true ? 'tree-generated' : '',
    severity === undefined ? '' : `severity-${severity}`,
    field === '' && length === 0 ? 'tree-text' : '',
  ];
  return classes.filter((name) => name !== '').join(' ');
}

const isWithin = (top: TreeNode, node: TreeNode): boolean =>
  top === node || (top.children ?? []).some((child) => isWithin(child, node));

const covers = (node: TreeNode, source: number, offset: number): boolean =>
  node.source === source && offset >= node.offset && offset < node.offset + node.length;

/**
 * The deepest visible node over the byte; of several at one depth the shortest, and of equal ones the first.
 * Branches are searched even where the parent does not cover the byte (a reassembled body below a TCP node).
 */
function innermost(nodes: readonly TreeNode[], source: number, offset: number): TreeNode | undefined {
  let best: { readonly node: TreeNode; readonly depth: number } | undefined;
  const search = (among: readonly TreeNode[], depth: number): void => {
    for (const node of visible(among)) {
      if (covers(node, source, offset) && node.generated !== true && isBetter(node, depth)) {
        best = { node, depth };
      }
      search(node.children ?? [], depth + 1);
    }
  };
  const isBetter = (node: TreeNode, depth: number): boolean =>
    best === undefined || node.length < best.node.length || (node.length === best.node.length && depth > best.depth);
  search(nodes, 0);
  return best?.node;
}
