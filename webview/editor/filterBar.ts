/** The display filter: a checked expression in a one-line editor, with earlier and saved filters beside it. */
import './filterBar.css';
import type { FilterCheck } from '../../src/contract/capture.ts';
import type { EditorApi, EditorEvents } from '../../src/contract/editor.ts';
import type { FilterLists, FilterSignature } from '../../src/contract/language.ts';
import type { Connection } from '../../src/base/rpc.ts';
import { element, setText } from '../base/dom.ts';
import { button } from '../widgets/controls.ts';
import type { FilterBox, FilterBoxMessage, FilterBoxState } from '../widgets/filterBox.ts';
import { MenuButton, type MenuItem } from '../widgets/menuButton.ts';
import { filterLanguage, kFilterLanguage } from './filterLanguage.ts';

export interface FilterBarOptions {
  readonly value: string;
  readonly host: Connection<EditorApi, EditorEvents>;
  readonly onApply: (text: string) => void;
  readonly onLeave: () => void;
}

export class FilterBar {
  public readonly root: HTMLElement;

  private readonly options: FilterBarOptions;
  private readonly place = element('div', { className: 'filter-box' });
  private readonly mark = element('span', { className: 'filter-mark', attributes: { role: 'img' } });
  private readonly buttons = element('div', { className: 'filter-buttons', attributes: { role: 'group', 'aria-label': 'Filter buttons' } });
  private readonly noteText = element('span');
  private readonly signature = element('span', { className: 'filter-signature' });
  private readonly remedy = element('button', { className: 'filter-remedy', attributes: { type: 'button' } });
  private readonly note = element('div', { className: 'filter-note', attributes: { role: 'status' } });
  private loading: Promise<FilterBox> | undefined;
  private lists: FilterLists = { history: [], saved: [] };

  public constructor(options: FilterBarOptions) {
    this.options = options;
    const saved = new MenuButton({ className: 'icon-bookmark', label: 'Saved filters', items: () => this.savedItems() });
    const earlier = new MenuButton({ className: 'icon-history', label: 'Earlier filters', items: () => this.historyItems() });
    this.note.append(this.noteText, this.signature, this.remedy);
    this.remedy.addEventListener('click', () => { void this.load().then((box) => { box.applyRemedy(); }); });
    this.root = element('div', {
      className: 'filter-bar',
      attributes: { role: 'search' },
      children: [
        saved.root,
        element('div', { className: 'filter-frame', children: [this.mark, this.place, earlier.root] }),
        button('Apply', () => { void this.load().then(({ text }) => { options.onApply(text); }); }),
        button('Clear', () => { this.choose(''); }, 'secondary'),
        this.buttons,
        this.note,
      ],
    });
    this.place.addEventListener('mousedown', () => { this.focus(); });
    this.showSignature(undefined);
    this.showNote([]);
    this.showState('empty');
    options.host.on('filterLists')((lists) => { this.showLists(lists); });
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

  /** Shows what a check of a text said, unless another is written by now; blanks around it do not count. */
  public showCheck(text: string, check: FilterCheck): void {
    void this.load().then((box) => {
      if (box.text.trim() === text) {
        const shift = box.text.indexOf(text);
        const messages = messagesOf(check).map((message) => ({ ...message, start: message.start + shift, end: message.end + shift }));
        this.showNote(messages);
        box.showMessages(messages);
      }
    });
  }

  /** Lets the user save what is written. */
  public save(): void {
    void this.load().then(({ text }) => {
      if (text.trim() === '') {
        this.showNote([{ start: 0, end: 0, severity: 'warning', message: 'There is nothing to save: write a filter first.' }]);
        this.focus();
      } else {
        this.ask(this.options.host.api.saveFilter({ text: text.trim() }));
      }
    });
  }

  /** A filter chosen from a list or a button: it is written and applied. */
  private choose(text: string): void {
    this.setText(text);
    this.options.onApply(text);
  }

  private async createBox(): Promise<FilterBox> {
    const [{ FilterBox }] = await Promise.all([import('../widgets/filterBox.ts'), this.loadLists()]);
    const { host: { api }, value, onApply, onLeave } = this.options;
    const box = new FilterBox({
      languageId: kFilterLanguage,
      language: filterLanguage,
      placeholder: 'Display filter, e.g. tcp.port == 443 && http',
      label: 'Display filter',
      value,
      history: this.lists.history,
      help: {
        complete: (place, signal) => api.completeFilter(place, { signal }),
        hover: (place) => api.describeFilter(place),
        signature: (place) => api.filterSignature(place),
      },
      check: async (text) => {
        const messages = messagesOf(await api.checkFilter({ text }).catch(() => ({ ok: true as const, warnings: [] })));
        this.showNote(messages);
        return messages;
      },
      onSignature: (signature) => { this.showSignature(signature); },
      onState: (state) => { this.showState(state); },
      onApply,
      onLeave,
    });
    this.place.replaceWith(box.root);
    return box;
  }

  /** Lists are a help: without them the filter works as well. */
  private async loadLists(): Promise<void> {
    try {
      this.showLists(await this.options.host.api.filterLists(undefined));
    } catch {
      this.showLists({ history: [], saved: [] });
    }
  }

  private showLists(lists: FilterLists): void {
    this.lists = lists;
    this.buttons.replaceChildren(...lists.saved.filter((saved) => saved.button === true).map(({ name, filter }) => {
      const made = element('button', { className: 'filter-button', text: name, attributes: { type: 'button', title: filter, 'aria-label': `Filter ${name}: ${filter}` } });
      made.addEventListener('click', () => { this.choose(filter); });
      return made;
    }));
    this.buttons.hidden = this.buttons.childElementCount === 0;
    void this.loading?.then((box) => { box.setHistory(lists.history); });
  }

  private savedItems(): readonly MenuItem[] {
    const { api } = this.options.host;
    const saved = this.lists.saved.map(({ name, filter }) => ({ label: name, detail: filter, run: () => { this.choose(filter); } }));
    return [
      ...(saved.length > 0 ? saved : [{ label: 'No filters are saved yet', inert: true, run: () => undefined }]),
      { label: 'Save this filter…', separated: true, run: () => { this.save(); } },
      { label: 'Manage saved filters…', run: () => { this.ask(api.manageFilters(undefined)); } },
    ];
  }

  private historyItems(): readonly MenuItem[] {
    const earlier = this.lists.history.toReversed().map((text) => ({ label: text, run: () => { this.choose(text); } }));
    return earlier.length > 0 ? earlier : [{ label: 'No filter was applied yet', inert: true, run: () => undefined }];
  }

  private showNote(messages: readonly FilterBoxMessage[]): void {
    const first = messages[0];
    setText(this.noteText, first?.message ?? '');
    const replacement = messages.find((message) => message.replacement !== undefined)?.replacement;
    setText(this.remedy, replacement === undefined ? '' : `Use ${replacement}`);
    this.remedy.title = 'Alt+Enter';
    this.remedy.hidden = replacement === undefined;
    this.note.hidden = first === undefined && this.signature.hidden;
    this.note.className = `filter-note filter-note--${first?.severity ?? 'none'}`;
  }

  /** The call that is written, its parameter at the cursor in bold. */
  private showSignature(signature: FilterSignature | undefined): void {
    this.signature.replaceChildren();
    this.signature.hidden = signature === undefined;
    if (signature !== undefined) {
      const { label, help, parameters, active } = signature;
      const [start, end] = parameters[active] ?? [0, 0];
      this.signature.append(label.slice(0, start), element('b', { text: label.slice(start, end) }), `${label.slice(end)}  ${help}`);
    }
    this.note.hidden = this.signature.hidden && this.noteText.textContent === '';
  }

  /** By colour and by sign: a colour alone is not seen by everyone. */
  private showState(state: FilterBoxState): void {
    this.root.dataset['state'] = state;
    this.mark.setAttribute('aria-label', kStates[state]);
    this.mark.title = kStates[state];
  }

  private ask(asked: Promise<unknown>): void {
    asked.catch((thrown: unknown) => {
      this.showNote([{ start: 0, end: 0, severity: 'error', message: thrown instanceof Error ? thrown.message : String(thrown) }]);
    });
  }
}

const kStates: Readonly<Record<FilterBoxState, string>> = {
  empty: 'No filter', valid: 'The filter is valid', deprecated: 'The filter is valid, but deprecated',
  doubtful: 'The filter is valid, but doubtful', invalid: 'The filter is not valid',
};

function messagesOf(check: FilterCheck): readonly FilterBoxMessage[] {
  return check.ok
    ? check.warnings.map((warning) => ({ ...warning, severity: 'warning' as const }))
    : [{ ...check.error, severity: 'error' as const }];
}
