/** The display filter: a checked expression in a one-line editor. */
import type { FilterCheck } from '../../src/contract/capture.ts';
import { element, setText } from '../base/dom.ts';
import { button } from '../widgets/controls.ts';
import { FilterBox, type FilterBoxMessage } from '../widgets/filterBox.ts';
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

  private readonly box: FilterBox;
  private readonly note = element('div', { className: 'filter-note', attributes: { role: 'status' } });

  public constructor(options: FilterBarOptions) {
    this.box = new FilterBox({
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
    const clear = (): void => {
      this.box.setText('');
      options.onApply('');
    };
    this.root = element('div', {
      className: 'filter-bar',
      attributes: { role: 'search' },
      children: [
        this.box.root,
        button('Apply', () => { options.onApply(this.box.text); }),
        button('Clear', clear, 'secondary'),
        this.note,
      ],
    });
    this.showNote([]);
  }

  public focus(): void {
    this.box.focus();
  }

  public setText(text: string): void {
    this.box.setText(text);
  }

  public setHistory(history: readonly string[]): void {
    this.box.setHistory(history);
  }

  /** Shows what a check of the present text said. */
  public showCheck(check: FilterCheck): void {
    const messages = messagesOf(check);
    this.box.showMessages(messages);
    this.showNote(messages);
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
