/**
 * A context menu with submenus, by mouse and by keys (WAI-ARIA menu pattern): arrows, Home, End, first letters,
 * Enter, Escape. The focus goes back to where it was.
 */
import { element } from '../base/dom.ts';

export interface MenuItem {
  readonly label: string;
  /** What it acts on, beside the label. */
  readonly detail?: string;
  /** The shortcut, as text. */
  readonly keys?: string;
  /** A choice that is on or off. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly run?: () => void;
  readonly children?: readonly MenuEntry[];
}

export type MenuEntry = MenuItem | 'separator';

export interface MenuPlace {
  readonly x: number;
  readonly y: number;
}

/** Wide of an edge of the window a menu is kept, px. */
const kEdge = 4;

let open: Menu | undefined;

/** Opens a menu at a place of the window (px); one that is open is closed. */
export function openMenu(entries: readonly MenuEntry[], place: MenuPlace, label: string): void {
  open?.close();
  open = new Menu(entries, label, place, undefined);
  open.focusStep(0, 1);
}

export const isMenuOpen = (): boolean => open !== undefined;

class Menu {
  private readonly root: HTMLElement;
  private readonly items: readonly MenuItem[];
  private readonly rows: readonly HTMLElement[];
  private readonly parent: Menu | undefined;
  private readonly before = document.activeElement;
  private readonly onOutside = (event: Event): void => { this.closeIfOutside(event); };
  private readonly onGone = (): void => { this.close(); };
  private child: Menu | undefined;
  private childRow = -1;

  public constructor(entries: readonly MenuEntry[], label: string, place: MenuPlace, parent: Menu | undefined) {
    this.parent = parent;
    this.items = entries.filter((entry) => entry !== 'separator');
    this.rows = this.items.map(createRow);
    this.root = element('div', { className: 'context-menu', attributes: { role: 'menu', 'aria-label': label } });
    this.root.append(...entries.map((entry) =>
      (entry === 'separator' ? element('div', { className: 'context-separator', attributes: { role: 'separator' } }) : this.rows[this.items.indexOf(entry)] ?? '')));
    this.root.addEventListener('keydown', (event) => { this.onKey(event); });
    this.root.addEventListener('contextmenu', (event) => { event.preventDefault(); });
    this.rows.forEach((row, index) => {
      row.addEventListener('pointermove', () => { this.point(index); });
      row.addEventListener('click', () => { this.choose(index); });
    });
    document.body.append(this.root);
    this.place(place);
    if (parent === undefined) {
      window.addEventListener('pointerdown', this.onOutside, true);
      window.addEventListener('blur', this.onGone);
      window.addEventListener('resize', this.onGone);
    }
  }

  /** Closes it and what it opened, and gives the focus back. */
  public close(): void {
    this.child?.close();
    this.child = undefined;
    window.removeEventListener('pointerdown', this.onOutside, true);
    window.removeEventListener('blur', this.onGone);
    window.removeEventListener('resize', this.onGone);
    const hadFocus = this.root.contains(document.activeElement);
    this.root.remove();
    if (open === this) {
      open = undefined;
    }
    if (hadFocus && this.before instanceof HTMLElement) {
      this.before.focus();
    }
  }

  /** Focuses the first item that can be chosen, from an index in steps, around the ends. */
  public focusStep(from: number, step: 1 | -1): void {
    const { length } = this.items;
    for (let tried = 0, at = from; tried < length; tried++, at += step) {
      const index = ((at % length) + length) % length;
      if (this.items[index]?.disabled !== true) {
        this.rows[index]?.focus();
        return;
      }
    }
    this.root.tabIndex = -1;
    this.root.focus();
  }

  private get focused(): number {
    return this.rows.findIndex((row) => row === document.activeElement);
  }

  private place({ x, y }: MenuPlace): void {
    const { width, height } = this.root.getBoundingClientRect();
    const parentBox = this.parent?.root.getBoundingClientRect();
    const right = x + width > window.innerWidth - kEdge;
    const left = right ? (parentBox === undefined ? window.innerWidth - width - kEdge : parentBox.left - width) : x;
    this.root.style.left = `${String(Math.max(kEdge, left))}px`;
    this.root.style.top = `${String(Math.max(kEdge, Math.min(y, window.innerHeight - height - kEdge)))}px`;
  }

  private point(index: number): void {
    if (this.focused !== index && this.items[index]?.disabled !== true) {
      this.rows[index]?.focus();
    }
    if (this.childRow !== index) {
      this.closeChild();
      if (this.items[index]?.children !== undefined) {
        this.openChild(index);
      }
    }
  }

  private choose(index: number): void {
    const item = this.items[index];
    if (item === undefined || item.disabled === true) {
      return;
    }
    if (item.children !== undefined) {
      this.openChild(index);
      this.child?.focusStep(0, 1);
      return;
    }
    this.top.close();
    item.run?.();
  }

  private get top(): Menu {
    return this.parent === undefined ? this : this.parent.top;
  }

  private openChild(index: number): void {
    const children = this.items[index]?.children;
    const box = this.rows[index]?.getBoundingClientRect();
    if (children === undefined || box === undefined || this.childRow === index) {
      return;
    }
    this.closeChild();
    this.childRow = index;
    this.child = new Menu(children, this.items[index]?.label ?? '', { x: box.right - 2, y: box.top - 5 }, this);
    this.rows[index]?.setAttribute('aria-expanded', 'true');
  }

  private closeChild(): void {
    this.rows[this.childRow]?.setAttribute('aria-expanded', 'false');
    this.child?.close();
    this.child = undefined;
    this.childRow = -1;
  }

  private closeIfOutside(event: Event): void {
    if (!(event.target instanceof Element) || event.target.closest('.context-menu') === null) {
      this.close();
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.act(event.key)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private act(key: string): boolean {
    const at = this.focused;
    switch (key) {
      case 'ArrowDown': this.focusStep(at + 1, 1); return true;
      case 'ArrowUp': this.focusStep(at - 1, -1); return true;
      case 'Home': this.focusStep(0, 1); return true;
      case 'End': this.focusStep(this.items.length - 1, -1); return true;
      case 'ArrowRight':
        if (this.items[at]?.children !== undefined) {
          this.choose(at);
        }
        return true;
      case 'ArrowLeft':
        this.parent?.closeChild();
        return true;
      case 'Escape':
        if (this.parent === undefined) {
          this.close();
        } else {
          this.parent.closeChild();
        }
        return true;
      case 'Tab': this.top.close(); return true;
      case 'Enter':
      case ' ': this.choose(at); return true;
      default: return this.typeAhead(key);
    }
  }

  private typeAhead(key: string): boolean {
    if (key.length !== 1) {
      return false;
    }
    const { length } = this.items;
    for (let step = 1; step <= length; step++) {
      const index = (this.focused + step + length) % length;
      if (this.items[index]?.disabled !== true && this.items[index]?.label.toLowerCase().startsWith(key.toLowerCase()) === true) {
        this.rows[index]?.focus();
        break;
      }
    }
    return true;
  }
}

function createRow(item: MenuItem): HTMLElement {
  const { label, detail, keys, checked, disabled, children } = item;
  const row = element('div', {
    className: `context-item${disabled === true ? ' context-item--disabled' : ''}`,
    attributes: {
      role: checked === undefined ? 'menuitem' : 'menuitemcheckbox',
      tabindex: '-1',
      ...(disabled === true ? { 'aria-disabled': 'true' } : {}),
      ...(checked === undefined ? {} : { 'aria-checked': String(checked) }),
      ...(children === undefined ? {} : { 'aria-haspopup': 'menu', 'aria-expanded': 'false' }),
    },
    children: [
      element('span', { className: 'context-check', text: checked === true ? '✓' : '', attributes: { 'aria-hidden': 'true' } }),
      element('span', { className: 'context-label', text: label }),
      element('span', { className: 'context-detail', text: detail ?? '' }),
      element('span', { className: 'context-keys', text: children === undefined ? keys ?? '' : '›' }),
    ],
  });
  return row;
}
