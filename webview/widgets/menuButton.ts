/** A button that opens a list to choose from; arrow keys, Home, End, Enter, Escape, first letters. */
import { element } from '../base/dom.ts';

export interface MenuItem {
  readonly label: string;
  /** Beside the label, dimmed. */
  readonly detail?: string;
  readonly run: () => void;
  /** A line stands above it. */
  readonly separated?: boolean;
  /** It is the only thing to say: it cannot be chosen. */
  readonly inert?: boolean;
}

export interface MenuButtonOptions {
  readonly className: string;
  readonly label: string;
  /** Asked each time the list opens. */
  readonly items: () => readonly MenuItem[];
}

let count = 0;

export class MenuButton {
  public readonly root: HTMLElement;

  private readonly options: MenuButtonOptions;
  private readonly opener: HTMLButtonElement;
  private readonly list: HTMLElement;

  public constructor(options: MenuButtonOptions) {
    this.options = options;
    const id = `menu-${String(++count)}`;
    this.list = element('div', { className: 'menu-list', attributes: { role: 'menu', id, 'aria-label': options.label } });
    this.list.hidden = true;
    this.opener = element('button', {
      className: `menu-opener ${options.className}`,
      attributes: { type: 'button', title: options.label, 'aria-label': options.label, 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': id },
    });
    this.root = element('div', { className: 'menu-button', children: [this.opener, this.list] });
    this.opener.addEventListener('click', () => { if (this.list.hidden) this.open(); else this.close(); });
    this.opener.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        this.open();
      }
    });
    this.list.addEventListener('keydown', (event) => { this.onKey(event); });
    this.root.addEventListener('focusout', (event) => {
      if (!(event.relatedTarget instanceof Node && this.root.contains(event.relatedTarget))) this.close();
    });
  }

  public open(): void {
    this.list.replaceChildren(...this.options.items().map((item) => this.row(item)));
    this.list.hidden = false;
    this.opener.setAttribute('aria-expanded', 'true');
    (this.rows()[0] ?? this.opener).focus();
  }

  public close(): void {
    this.list.hidden = true;
    this.opener.setAttribute('aria-expanded', 'false');
  }

  private row({ label, detail, run, separated, inert }: MenuItem): HTMLElement {
    const row = element('div', {
      className: `menu-item${separated === true ? ' separated' : ''}${inert === true ? ' inert' : ''}`,
      attributes: { role: 'menuitem', tabindex: '-1', title: detail ?? label, ...(inert === true ? { 'aria-disabled': 'true' } : {}) },
      children: [
        element('span', { className: 'menu-label', text: label }),
        ...(detail === undefined ? [] : [element('span', { className: 'menu-detail', text: detail })]),
      ],
    });
    // The row must not lose the focus to the page before it is clicked.
    row.addEventListener('mousedown', (event) => { event.preventDefault(); });
    row.addEventListener('click', () => {
      if (inert !== true) {
        this.close();
        run();
      }
    });
    row.addEventListener('mousemove', () => { row.focus(); });
    return row;
  }

  private rows(): readonly HTMLElement[] {
    return [...this.list.children].filter((row) => row instanceof HTMLElement);
  }

  private onKey(event: KeyboardEvent): void {
    const rows = this.rows();
    const at = rows.findIndex((row) => row === document.activeElement);
    const to = (index: number): void => { rows[(index + rows.length) % rows.length]?.focus(); };
    switch (event.key) {
      case 'ArrowDown': to(at + 1); break;
      case 'ArrowUp': to(at - 1); break;
      case 'Home': to(0); break;
      case 'End': to(-1); break;
      case 'Enter':
      case ' ': rows[at]?.click(); break;
      case 'Escape':
        this.close();
        this.opener.focus();
        break;
      case 'Tab': this.close(); return;
      default: {
        if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
        const letter = event.key.toLowerCase();
        const order = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
        order.find((row) => row.textContent.toLowerCase().startsWith(letter))?.focus();
      }
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
