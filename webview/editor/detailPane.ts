/** The dissection tree of the selected packet. */
import type { PacketDetail, TreeNode } from '../../src/contract/capture.ts';
import { element } from '../base/dom.ts';
import type { MenuPlace } from '../widgets/menu.ts';
import { TreeView } from '../widgets/treeView.ts';
import { childrenOf, fieldAt, isWithin, keyOf, visibleNodes } from './fields.ts';

export interface DetailPaneOptions {
  readonly expanded: readonly string[];
  readonly onExpandedChanged: (expanded: readonly string[]) => void;
  /** `protocol`: the top-level node the field belongs to. */
  readonly onSelect: (field: TreeNode, protocol: TreeNode, byUser: boolean) => void;
  readonly onMenu: (field: TreeNode, place: MenuPlace) => void;
}

export class DetailPane {
  public readonly root = element('section', { className: 'detail-pane', attributes: { 'aria-label': 'Packet details' } });

  private readonly tree: TreeView<TreeNode>;
  private detail: PacketDetail | undefined;

  public constructor({ expanded, onExpandedChanged, onSelect, onMenu }: DetailPaneOptions) {
    this.tree = new TreeView<TreeNode>({
      adapter: { label: ({ label }) => label, children: childrenOf, key: keyOf, className: classOf },
      label: 'Packet details',
      expanded,
      onExpandedChanged,
      onMenu,
      onSelect: (field, byUser) => {
        const protocol = this.detail?.tree.find((top) => isWithin(top, field));
        onSelect(field, protocol ?? field, byUser);
      },
    });
    this.root.append(this.tree.list.root);
  }

  public show(detail: PacketDetail): void {
    this.detail = detail;
    this.tree.show(visibleNodes(detail.tree));
  }

  /** The field selected, if any. */
  public get selection(): TreeNode | undefined {
    return this.tree.selection;
  }

  public get hasFocus(): boolean {
    return this.root.contains(document.activeElement);
  }

  public focus(): void {
    this.tree.list.root.focus();
  }

  /** Opens or closes everything below the selected field. */
  public setBranchOpen(open: boolean): void {
    this.tree.setBranchOpen(open);
  }

  public clear(): void {
    this.detail = undefined;
    this.tree.show([]);
  }

  /** Selects the innermost field over a byte; tells whether there is one. */
  public selectByte(source: number, offset: number): boolean {
    const field = fieldAt(this.detail?.tree ?? [], source, offset);
    if (field !== undefined) {
      this.tree.selectNode(field);
    }
    return field !== undefined;
  }
}

function classOf({ generated, severity, field, length }: TreeNode): string {
  const classes = [
    generated === true ? 'tree-generated' : '',
    severity === undefined ? '' : `severity-${severity}`,
    field === '' && length === 0 ? 'tree-text' : '',
  ];
  return classes.filter((name) => name !== '').join(' ');
}
