/**
 * The one module that names the control library (@vscode/webview-ui-toolkit, no longer maintained upstream):
 * replacing it touches this file only.
 */
import {
  provideVSCodeDesignSystem, vsCodeButton, vsCodePanels, vsCodePanelTab, vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { element } from '../base/dom.ts';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodePanels(), vsCodePanelTab(), vsCodeProgressRing());

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

/** A spinning ring for work of unknown length. */
export const progressRing = (label: string): HTMLElement => control('vscode-progress-ring', { 'aria-label': label });

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
    panels.addEventListener('change', () => {
      const index = names.findIndex((_name, at) => panels.getAttribute('activeid') === tabId(at));
      if (index >= 0) {
        this.onChosen(index);
      }
    });
    this.root.replaceChildren(panels);
  }
}

const tabId = (index: number): string => `tab-${String(index)}`;
