/**
 * Builds elements. Text from packets is hostile: it enters the page only as text nodes (`text`, `setText`) and attribute
 * values, never as markup, and what would turn or hide the text around it is written out; nothing in webview/ uses innerHTML.
 */
import { escapeTerminal } from '../../src/base/escape.ts';

export interface ElementOptions {
  readonly className?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly Node[];
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K, options: ElementOptions = {},
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (options.className !== undefined) {
    created.className = options.className;
  }
  if (options.text !== undefined) {
    created.textContent = escapeTerminal(options.text);
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    created.setAttribute(name, escapeTerminal(value));
  }
  created.append(...(options.children ?? []));
  return created;
}

/** Writes only what differs: a write of equal text still costs layout. */
export function setText(target: Node, text: string): void {
  const shown = escapeTerminal(text);
  if (target.textContent !== shown) {
    target.textContent = shown;
  }
}

/** Makes the copy key put this text on the clipboard while the element has the focus; '' copies nothing. */
export function onCopy(target: HTMLElement, text: () => string): void {
  target.addEventListener('copy', (event) => {
    const copied = text();
    if (copied !== '') {
      event.clipboardData?.setData('text/plain', copied);
      event.preventDefault();
    }
  });
}

/** The element with this id; its absence is a fault of the page's own markup. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no element "${id}"`);
  }
  return found;
}
