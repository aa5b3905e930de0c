/** The display filter: a checked expression in a one-line editor. */
import type { FilterCheck } from '../../src/contract/capture.ts';
import { element, setText } from '../base/dom.ts';
import { button } from '../widgets/controls.ts';
import type { FilterBox, FilterBoxMessage } from '../widgets/filterBox.ts';
import { filterLanguage, kFilterLanguage } from './filterLanguage.ts';

export interface FilterBarOptions {
  readonly value: string;
  readonly history: readonly string[];
  readonly check: (text: string) => Promise<FilterCheck>;
  readonly onApply: (text: string) => void;
  readonly onLeave: () => void;
}

export class FilterBar {
  public readonly root: HTMLElement;

  private readonly options: FilterBarOptions;
  private readonly place = element('div', { className: 'filter-box' });
  private readonly note = element('div', { className: 'filter-note', attributes: { role: 'status' } });
  private loading: Promise<FilterBox> | undefined;

  public constructor(options: FilterBarOptions) {
    this.options = options;
    const clear = (): void => {
      this.setText('');
      options.onApply('');
    };
    this.root = element('div', {
      className: 'filter-bar',
      attributes: { role: 'search' },
      children: [
        this.place,
        button('Apply', () => { void this.load().then(({ text }) => { options.onApply(text); }); }),
        button('Clear', clear, 'secondary'),
        this.note,
      ],
    });
    this.place.addEventListener('mousedown', () => { this.focus(); });
    this.showNote([]);
  }

  /** Loads the editor, which is most of the page's code, once. */
  public load(): Promise<FilterBox> {
    this.loading ??= this.createBox();
    return this.loading;
  }

  public focus(): void {
    void this.load().then((box) => { box.focus(); });
  }

  public setText(text: string): void {
    void this.load().then((box) => { box.setText(text); });
  }

  public setHistory(history: readonly string[]): void {
    void this.load().then((box) => { box.setHistory(history); });
  }

  /** Shows what a check of the present text said. */
  public showCheck(check: FilterCheck): void {
    const messages = messagesOf(check);
    this.showNote(messages);
    void this.load().then((box) => { box.showMessages(messages); });
  }

  private async createBox(): Promise<FilterBox> {
    const { FilterBox } = await import('../widgets/filterBox.ts');
    const { options } = this;
    const box = new FilterBox({
      languageId: kFilterLanguage,
      language: filterLanguage,
      placeholder: 'Display filter, e.g. tcp.port == 443 && http',
      label: 'Display filter',
      value: options.value,
      history: options.history,
      check: async (text) => {
        const messages = messagesOf(await options.check(text));
        this.showNote(messages);
        return messages;
      },
      onApply: options.onApply,
      onLeave: options.onLeave,
    });
    this.place.replaceWith(box.root);
    return box;
  }

  private showNote(messages: readonly FilterBoxMessage[]): void {
    const first = messages[0];
    setText(this.note, first?.message ?? '');
    this.note.hidden = first === undefined;
    this.note.className = `filter-note filter-note--${first?.severity ?? 'none'}`;
  }
}

function messagesOf(check: FilterCheck): readonly FilterBoxMessage[] {
  return check.ok
    ? check.warnings.map((warning) => ({ ...warning, severity: 'warning' as const }))
    : [{ ...check.error, severity: 'error' as const }];
}
