/**
 * Builds elements. Text from packets is hostile: it enters the page only as text nodes (`text`, `textContent`)
 * and attribute values, never as markup; nothing in webview/ uses innerHTML.
 */

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
    created.textContent = options.text;
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    created.setAttribute(name, value);
  }
  created.append(...(options.children ?? []));
  return created;
}

/** Writes only what differs: a write of equal text still costs layout. */
export function setText(target: Node, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
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
