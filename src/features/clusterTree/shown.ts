/**
 * What of the tree has been handed out to be shown, so that after a change only rows that look different are drawn anew:
 * a row that is drawn anew while it is clicked loses the click.
 */
import type { TreeNode } from './node.ts';

/** Milliseconds. */
const kKept = 30_000;

/** A row: the same object for the same id as long as it is there and for a while after, with what it stands for now. */
export class Shown {
  public node: TreeNode;
  /** Undefined until they are asked for: nothing below is made before that. */
  public children: readonly Shown[] | undefined;

  public constructor(node: TreeNode) {
    this.node = node;
  }
}

/** Whether two nodes of the same id are drawn alike. */
function alike(a: TreeNode, b: TreeNode): boolean {
  return a.label === b.label && a.description === b.description && a.icon === b.icon && a.color === b.color && a.menu === b.menu
    && (a.children === undefined) === (b.children === undefined) && a.command?.id === b.command?.id && a.command?.argument === b.command?.argument
    && (a.tooltip ?? []).join('\n') === (b.tooltip ?? []).join('\n');
}

export class ShownTree {
  private readonly makeRoots: () => readonly TreeNode[];
  private readonly byId = new Map<string, Shown>();
  /** Rows that went a short time ago, the oldest first. */
  private readonly gone = new Map<string, { readonly shown: Shown; readonly at: number }>();
  private roots: readonly Shown[] | undefined;

  public constructor(makeRoots: () => readonly TreeNode[]) {
    this.makeRoots = makeRoots;
  }

  /** Rows now below a row, or at the top. */
  public childrenOf(parent?: Shown): readonly Shown[] {
    return this.take(parent, parent === undefined ? this.makeRoots() : parent.node.children?.() ?? []);
  }

  /** How many rows are kept. */
  public get size(): number {
    return this.byId.size;
  }

  /** Brings what has been handed out up to date; which rows must be drawn anew, with all below them. `all`: the whole tree. */
  public changed(): readonly Shown[] | 'all' {
    if (this.roots === undefined) return [];
    return this.compare(undefined, this.makeRoots(), this.roots) ?? 'all';
  }

  /** Undefined: the list is another one, so its parent is drawn anew. */
  private compare(parent: Shown | undefined, nodes: readonly TreeNode[], before: readonly Shown[]): readonly Shown[] | undefined {
    const same = nodes.length === before.length && nodes.every(({ id }, at) => before[at]?.node.id === id);
    if (!same) {
      this.take(parent, nodes);
      return undefined;
    }
    return before.flatMap((shown, at) => {
      const node = nodes[at] ?? shown.node;
      const drawnAlike = alike(shown.node, node);
      shown.node = node;
      // Menus of rows that look as before still act on what they stand for now.
      const below = shown.children === undefined ? [] : this.compare(shown, node.children?.() ?? [], shown.children);
      return below === undefined || !drawnAlike ? [shown] : below;
    });
  }

  private take(parent: Shown | undefined, nodes: readonly TreeNode[]): readonly Shown[] {
    const before = (parent === undefined ? this.roots : parent.children) ?? [];
    const after = nodes.map((node) => {
      const known = this.byId.get(node.id) ?? this.gone.get(node.id)?.shown;
      const shown = known ?? new Shown(node);
      shown.node = node;
      this.gone.delete(node.id);
      this.byId.set(node.id, shown);
      return shown;
    });
    const kept = new Set(after);
    for (const one of before) if (!kept.has(one)) this.forget(one);
    if (parent === undefined) this.roots = after;
    else parent.children = after;
    return after;
  }

  /**
   * Kept for a while: VS Code clears a row that went some time after, by its id, and would take a new object of that id with
   * it, as when a cluster is connected anew; that row could not be opened any more.
   */
  private forget(shown: Shown, now = Date.now()): void {
    const { id } = shown.node;
    if (this.byId.get(id) === shown) {
      this.byId.delete(id);
      this.gone.delete(id);
      this.gone.set(id, { shown, at: now });
    }
    for (const child of shown.children ?? []) this.forget(child, now);
    shown.children = undefined;
    for (const [old, { at }] of this.gone) {
      if (now - at < kKept) break;
      this.gone.delete(old);
    }
  }
}
