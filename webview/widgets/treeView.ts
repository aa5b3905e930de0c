/**
 * A tree of labelled nodes, virtualized, with the keys of the WAI-ARIA tree pattern. Which nodes are open is
 * remembered by key, not by node: showing another tree of the same shape keeps the same branches open.
 */
import { element, onCopy } from '../base/dom.ts';
import { onMenuRequest } from './contextMenu.ts';
import type { MenuPlace } from './menu.ts';
import { VirtualList } from './virtualList.ts';

/** How the tree reads its owner's nodes. */
export interface TreeAdapter<T> {
  readonly label: (node: T) => string;
  readonly children: (node: T) => readonly T[];
  /** What the node is called among its siblings; equal for the "same" node of another tree. */
  readonly key: (node: T) => string;
  /** Class names that say what kind of node it is. */
  readonly className: (node: T) => string;
}

export interface TreeOptions<T> {
  readonly adapter: TreeAdapter<T>;
  readonly label: string;
  /** Keys (paths) open at first. */
  readonly expanded: Iterable<string>;
  /** `byUser` is false when the owner selected the node itself. */
  readonly onSelect: (node: T, byUser: boolean) => void;
  readonly onExpandedChanged: (expanded: readonly string[]) => void;
  /** The node's menu was asked for; the node is the selected one. */
  readonly onMenu: (node: T, place: MenuPlace) => void;
}

/** One line on the screen. */
interface Line<T> {
  readonly node: T;
  readonly parent: Line<T> | undefined;
  readonly path: string;
  readonly depth: number;
  readonly position: number;
  readonly siblings: number;
}

const kRowHeight = 20;
const kIndent = 14;

export class TreeView<T> {
  public readonly list: VirtualList;

  private readonly options: TreeOptions<T>;
  private readonly expanded: Set<string>;
  private roots: readonly T[] = [];
  private lines: readonly Line<T>[] = [];
  private selected = -1;

  public constructor(options: TreeOptions<T>) {
    this.options = options;
    this.expanded = new Set(options.expanded);
    this.list = new VirtualList({
      rowHeight: kRowHeight,
      role: 'tree',
      label: options.label,
      className: 'tree',
      createRow: () => element('div', {
        className: 'tree-row', attributes: { role: 'treeitem' },
        children: [element('span', { className: 'twisty', attributes: { 'aria-hidden': 'true' } }), element('span', { className: 'tree-label' })],
      }),
      renderRow: (target, row) => { this.render(target, row); },
    });
    this.list.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.list.root.addEventListener('mousedown', (event) => { this.onMouse(event); });
    onMenuRequest(this.list, () => this.selected, ({ row, place }) => {
      const line = this.lines[row];
      if (line !== undefined) {
        options.onMenu(line.node, place);
      }
    });
    onCopy(this.list.root, () => (this.selection === undefined ? '' : options.adapter.label(this.selection)));
    this.list.root.addEventListener('dblclick', (event) => {
      const row = this.list.rowAt(event);
      if (row !== undefined && !isTwisty(event)) {
        this.toggle(row);
      }
    });
  }

  /** The selected node, if any. */
  public get selection(): T | undefined {
    return this.lines[this.selected]?.node;
  }

  /** Path of the selected node: finds the "same" node in the next tree. */
  public get selectionPath(): string | undefined {
    return this.lines[this.selected]?.path;
  }

  /** Shows another tree; the node at the selected path stays selected if the new tree has it. */
  public show(roots: readonly T[]): void {
    const path = this.selectionPath;
    this.roots = roots;
    this.flatten();
    this.selected = path === undefined ? -1 : this.lines.findIndex((line) => line.path === path);
    this.announce();
    const node = this.selection;
    if (node !== undefined) {
      this.options.onSelect(node, false);
    }
  }

  /** Selects a node of the tree shown, opening what hides it, and scrolls to it. */
  public selectNode(node: T): void {
    const trail = this.trailTo(node, this.roots, '');
    if (trail === undefined) {
      return;
    }
    trail.slice(0, -1).forEach((path) => this.expanded.add(path));
    this.flatten();
    this.selected = this.lines.findIndex((line) => line.node === node);
    this.announce();
    this.list.center(this.selected);
    this.options.onSelect(node, false);
    this.options.onExpandedChanged([...this.expanded]);
  }

  /** Opens or closes everything below the selected node, itself too. */
  public setBranchOpen(open: boolean): void {
    const line = this.lines[this.selected];
    if (line === undefined) {
      return;
    }
    const visit = (node: T, path: string): void => {
      if (open) {
        this.expanded.add(path);
      } else {
        this.expanded.delete(path);
      }
      this.options.adapter.children(node).forEach((child) => { visit(child, pathOf(path, this.options.adapter.key(child))); });
    };
    visit(line.node, line.path);
    this.setOpen(line, open);
  }

  public clearSelection(): void {
    this.selected = -1;
    this.announce();
  }

  private flatten(): void {
    const { adapter } = this.options;
    const lines: Line<T>[] = [];
    const add = (nodes: readonly T[], parent: Line<T> | undefined): void => {
      nodes.forEach((node, index) => {
        const line: Line<T> = {
          node, parent,
          path: pathOf(parent?.path ?? '', adapter.key(node)),
          depth: parent === undefined ? 0 : parent.depth + 1,
          position: index + 1,
          siblings: nodes.length,
        };
        lines.push(line);
        if (this.expanded.has(line.path)) {
          add(adapter.children(node), line);
        }
      });
    };
    add(this.roots, undefined);
    this.lines = lines;
    this.list.setTotal(lines.length);
    this.list.refresh();
  }

  /** Paths from a root down to the node. */
  private trailTo(node: T, among: readonly T[], parentPath: string): readonly string[] | undefined {
    const { adapter } = this.options;
    for (const candidate of among) {
      const path = pathOf(parentPath, adapter.key(candidate));
      if (candidate === node) {
        return [path];
      }
      const below = this.trailTo(node, adapter.children(candidate), path);
      if (below !== undefined) {
        return [path, ...below];
      }
    }
    return undefined;
  }

  private render(target: HTMLElement, row: number): void {
    const line = this.lines[row];
    const [twisty, label] = target.children;
    if (line === undefined || twisty === undefined || label === undefined) {
      return;
    }
    const { adapter } = this.options;
    const open = this.isOpen(line);
    target.className = `vlist-row tree-row ${adapter.className(line.node)}${row === this.selected ? ' selected' : ''}`;
    target.id = treeRowId(row);
    target.style.paddingLeft = `${String(4 + line.depth * kIndent)}px`;
    target.setAttribute('aria-level', String(line.depth + 1));
    target.setAttribute('aria-posinset', String(line.position));
    target.setAttribute('aria-setsize', String(line.siblings));
    target.setAttribute('aria-selected', String(row === this.selected));
    if (open === undefined) {
      target.removeAttribute('aria-expanded');
    } else {
      target.setAttribute('aria-expanded', String(open));
    }
    twisty.className = open === undefined ? 'twisty' : `twisty ${open ? 'twisty--open' : 'twisty--closed'}`;
    label.textContent = adapter.label(line.node);
    target.title = adapter.label(line.node);
  }

  /** Whether a branch is open; undefined for a leaf. */
  private isOpen(line: Line<T>): boolean | undefined {
    return this.options.adapter.children(line.node).length === 0 ? undefined : this.expanded.has(line.path);
  }

  private select(row: number): void {
    const line = this.lines[row];
    if (line !== undefined) {
      this.selected = row;
      this.announce();
      this.list.reveal(row);
      this.options.onSelect(line.node, true);
    }
  }

  private announce(): void {
    if (this.selected >= 0) {
      this.list.root.setAttribute('aria-activedescendant', treeRowId(this.selected));
    } else {
      this.list.root.removeAttribute('aria-activedescendant');
    }
    this.list.refresh();
  }

  private toggle(row: number): void {
    const line = this.lines[row];
    const open = line === undefined ? undefined : this.isOpen(line);
    if (line !== undefined && open !== undefined) {
      this.setOpen(line, !open);
    }
  }

  private setOpen(line: Line<T>, open: boolean): void {
    const keep = this.lines[this.selected];
    if (open) {
      this.expanded.add(line.path);
    } else {
      this.expanded.delete(line.path);
    }
    this.flatten();
    this.selected = this.lines.findIndex((other) => other.node === keep?.node);
    if (this.selected < 0 && keep !== undefined) {
      this.selected = this.lines.findIndex((other) => other.node === line.node);
    }
    this.announce();
    this.options.onExpandedChanged([...this.expanded]);
  }

  private onMouse(event: MouseEvent): void {
    // Also by the right button: its menu is about the node under it.
    const row = event.button === 0 || event.button === 2 ? this.list.rowAt(event) : undefined;
    if (row === undefined) {
      return;
    }
    this.select(row);
    if (isTwisty(event)) {
      this.toggle(row);
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.shiftKey ? this.actOnBranch(event.key) : this.act(event.key))) {
      return;
    }
    event.preventDefault();
  }

  /** Shift opens or closes all that is below, as in Wireshark. */
  private actOnBranch(key: string): boolean {
    if (key !== 'ArrowRight' && key !== 'ArrowLeft') {
      return this.act(key);
    }
    this.setBranchOpen(key === 'ArrowRight');
    return true;
  }

  /** Does what the key means; tells whether it means anything here. */
  private act(key: string): boolean {
    const line = this.lines[this.selected];
    const last = this.lines.length - 1;
    const page = this.list.scroll.rowsPerPage;
    switch (key) {
      case 'ArrowDown': this.select(Math.min(last, this.selected + 1)); return true;
      case 'ArrowUp': this.select(Math.max(0, this.selected - 1)); return true;
      case 'PageDown': this.select(Math.min(last, this.selected + page)); return true;
      case 'PageUp': this.select(Math.max(0, this.selected - page)); return true;
      case 'Home': this.select(0); return true;
      case 'End': this.select(last); return true;
      case 'Enter':
      case ' ': this.toggle(this.selected); return true;
      case 'ArrowRight': this.stepIn(line); return true;
      case 'ArrowLeft': this.stepOut(line); return true;
      default: return false;
    }
  }

  private stepIn(line: Line<T> | undefined): void {
    const open = line === undefined ? undefined : this.isOpen(line);
    if (line !== undefined && open === false) {
      this.setOpen(line, true);
    } else if (open === true) {
      this.select(this.selected + 1);
    }
  }

  private stepOut(line: Line<T> | undefined): void {
    if (line !== undefined && this.isOpen(line) === true) {
      this.setOpen(line, false);
    } else if (line?.parent !== undefined) {
      this.select(this.lines.indexOf(line.parent));
    }
  }
}

const pathOf = (parent: string, key: string): string => `${parent}/${key}`;
const treeRowId = (row: number): string => `tree-row-${String(row)}`;
const isTwisty = (event: Event): boolean => event.target instanceof Element && event.target.classList.contains('twisty');
