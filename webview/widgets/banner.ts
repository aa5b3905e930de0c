/** A line above the page that says what went wrong and offers what to do about it. */
import { element } from '../base/dom.ts';
import { button } from './controls.ts';

export interface BannerAction {
  readonly label: string;
  readonly run: () => void;
}

export class Banner {
  public readonly root = element('div', { className: 'banner', attributes: { role: 'alert' } });

  public constructor() {
    this.root.hidden = true;
  }

  public show(cause: string, remedy: string, ...actions: readonly BannerAction[]): void {
    const text = element('div', {
      className: 'banner-text',
      children: [element('strong', { text: cause }), element('span', { text: remedy })],
    });
    this.root.replaceChildren(text, ...actions.map(({ label, run }) => button(label, run)));
    this.root.hidden = false;
  }

  public hide(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
  }
}
