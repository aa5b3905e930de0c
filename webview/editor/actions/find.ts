/** Find: a bar below the filter that looks for text, bytes or a display filter, from the selected packet on. */
import type { FindWhere } from '../../../src/contract/viewing.ts';
import { isCancelled, toProblem } from '../../../src/base/problem.ts';
import { element, setText } from '../../base/dom.ts';
import { formatPercent } from '../../base/format.ts';
import type { Tools } from '../tools.ts';

const places: readonly (readonly [FindWhere, string])[] = [
  ['list', 'Packet list'], ['details', 'Packet details'], ['bytes', 'Packet bytes'], ['hex', 'Hex value'], ['filter', 'Display filter'],
];

const placeholders: Readonly<Record<FindWhere, string>> = {
  list: 'Text in source, destination, protocol or info',
  details: 'Text in a line of the details',
  bytes: 'Text in the bytes (ASCII or UTF-16)',
  hex: 'Bytes, such as 0d 0a',
  filter: 'Display filter, such as tcp.flags.reset == 1',
};

export class FindBar {
  public readonly root: HTMLElement;

  private readonly tools: Tools;
  private readonly where = element('select', { className: 'input', attributes: { 'aria-label': 'Where to look' } });
  private readonly text = element('input', {
    className: 'input find-text', attributes: { type: 'text', 'aria-label': 'Find', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'find-note' },
  });
  private readonly matchCase = element('input', { attributes: { type: 'checkbox' } });
  private readonly caseLabel = element('label', { className: 'find-case', children: [this.matchCase, element('span', { text: 'Match case' })] });
  private readonly note = element('span', { className: 'find-note', attributes: { id: 'find-note', role: 'status' } });
  private readonly cancel = this.button('Cancel', 'Stop looking', () => { this.running?.abort(); });
  private running: AbortController | undefined;

  public constructor(tools: Tools) {
    this.tools = tools;
    for (const [value, label] of places) {
      this.where.append(element('option', { text: label, attributes: { value } }));
    }
    const { where, text, matchCase } = tools.state.get('find');
    this.where.value = where;
    this.text.value = text;
    this.matchCase.checked = matchCase;
    this.root = element('div', {
      className: 'find-bar', attributes: { role: 'search', 'aria-label': 'Find packet' },
      children: [
        this.where, this.text, this.caseLabel,
        this.button('↑', 'Find previous (Shift+Enter)', () => { this.go(false); }),
        this.button('↓', 'Find next (Enter)', () => { this.go(true); }),
        this.note, this.cancel,
        this.button('×', 'Close (Escape)', () => { this.close(); }),
      ],
    });
    this.root.hidden = true;
    this.cancel.hidden = true;
    this.where.addEventListener('change', () => { this.onWhere(); });
    this.root.addEventListener('keydown', (event) => { this.onKey(event); });
    tools.host.on('findProgress')(({ looked, total }) => {
      if (this.running !== undefined) {
        setText(this.note, `Looking … ${formatPercent(looked, total)}`);
      }
    });
    this.onWhere();
  }

  public open(): void {
    this.root.hidden = false;
    // The page and VS Code both take the key: the second time something may have been typed already.
    if (document.activeElement !== this.text) {
      this.text.focus();
      this.text.select();
    }
  }

  /** Looks on in a direction; opens the bar when there is nothing to look for yet. */
  public go(forward: boolean): void {
    if (this.text.value === '') {
      this.open();
      return;
    }
    this.root.hidden = false;
    this.tools.attempt(this.find(forward));
  }

  private close(): void {
    this.running?.abort();
    this.root.hidden = true;
    this.tools.list.focus();
  }

  private onWhere(): void {
    const where = this.where.value as FindWhere;
    this.text.placeholder = placeholders[where];
    this.caseLabel.hidden = where === 'hex' || where === 'filter';
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Enter' && event.target === this.text) {
      this.go(!event.shiftKey);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private async find(forward: boolean): Promise<void> {
    const { tools } = this;
    const what = { where: this.where.value as FindWhere, text: this.text.value, matchCase: this.matchCase.checked };
    tools.state.set('find', what);
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    this.cancel.hidden = false;
    setText(this.note, 'Looking …');
    this.root.classList.remove('find-bar--nothing');
    try {
      const request = { ...what, from: tools.packet?.n ?? 0, forward, wrap: true, filtered: tools.isFiltered };
      const { frame, wrapped } = await tools.host.api.find(request, { signal: mine.signal });
      this.root.classList.toggle('find-bar--nothing', frame === 0);
      setText(this.note, frame === 0 ? 'Nothing found.' : wrapped ? `Packet ${String(frame)}, around the ${forward ? 'end' : 'start'}.` : `Packet ${String(frame)}.`);
      if (frame !== 0) {
        await tools.goTo(frame);
      }
    } catch (thrown) {
      this.root.classList.add('find-bar--nothing');
      setText(this.note, isCancelled(thrown) ? 'Stopped.' : toProblem(thrown, 'Finding').cause);
    } finally {
      if (this.running === mine) {
        this.running = undefined;
        this.cancel.hidden = true;
      }
    }
  }

  private button(text: string, label: string, run: () => void): HTMLElement {
    const created = element('button', { className: 'button button--small', text, attributes: { type: 'button', title: label, 'aria-label': label } });
    created.addEventListener('click', run);
    return created;
  }
}
