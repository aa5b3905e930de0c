/**
 * The one module that names the control library (@vscode/webview-ui-toolkit, no longer maintained upstream):
 * replacing it touches this file only.
 */
import {
  Panels, provideVSCodeDesignSystem, vsCodeButton, vsCodePanels, vsCodePanelTab, vsCodePanelView,
} from '@vscode/webview-ui-toolkit';
import { element } from '../base/dom.ts';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodePanels(), vsCodePanelTab(), vsCodePanelView());

function control(tag: string, attributes: Readonly<Record<string, string>>, text = ''): HTMLElement {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    created.setAttribute(name, value);
  }
  created.textContent = text;
  return created;
}

/** A push button. */
export function button(text: string, onClick: () => void, appearance: 'primary' | 'secondary' = 'primary'): HTMLElement {
  const created = control('vscode-button', { appearance }, text);
  created.addEventListener('click', onClick);
  return created;
}

/** A strip of tabs; `onChosen` gets the index. */
export class TabStrip {
  public readonly root = element('div', { className: 'tab-strip' });
  private readonly onChosen: (index: number) => void;
  private names: readonly string[] = [];

  public constructor(onChosen: (index: number) => void) {
    this.onChosen = onChosen;
  }

  /** Shows these tabs with one chosen; builds anew only when the names differ. */
  public show(names: readonly string[], chosen: number): void {
    const current = this.root.firstElementChild;
    if (current !== null && names.join('\n') === this.names.join('\n')) {
      current.setAttribute('activeid', tabId(chosen));
      return;
    }
    this.names = names;
    const panels = control('vscode-panels', { activeid: tabId(chosen) });
    names.forEach((name, index) => { panels.append(control('vscode-panel-tab', { id: tabId(index) }, name)); });
    // The library wants a panel to each tab; what the tabs show is not in them.
    panels.append(...names.map(() => control('vscode-panel-view', {})));
    panels.addEventListener('change', () => {
      // The attribute and the event's own data follow only later than the property.
      const index = names.findIndex((_name, at) => panels instanceof Panels && panels.activeid === tabId(at));
      if (index >= 0) {
        this.onChosen(index);
      }
    });
    this.root.replaceChildren(panels);
  }
}

const tabId = (index: number): string => `tab-${String(index)}`;
