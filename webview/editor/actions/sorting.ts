/** Rows in the order of a column, for as long as the page is open: all rows, or those the filter shows. */
import type { RowOrder } from '../../../src/contract/viewing.ts';
import { isCancelled, toProblem } from '../../../src/base/problem.ts';
import { element } from '../../base/dom.ts';
import { formatPercent } from '../../base/format.ts';
import { sameColumn, type SortedBy } from '../columnHeader.ts';
import type { Column } from '../columns.ts';
import type { Tools } from '../tools.ts';

interface Wanted extends SortedBy {
  readonly title: string;
}

export class RowSorting {
  private readonly tools: Tools;
  private readonly bar = element('progress', { attributes: { max: '1', 'aria-label': 'Sorting' } });
  private readonly work: HTMLElement;
  private wanted: Wanted | undefined;
  private running: AbortController | undefined;

  public constructor(tools: Tools, bars: HTMLElement) {
    this.tools = tools;
    const text = element('span', { attributes: { role: 'status' } });
    const cancel = element('button', { className: 'button button--small', text: 'Cancel', attributes: { type: 'button', 'aria-label': 'Stop sorting' } });
    cancel.addEventListener('click', () => { this.end(); });
    this.work = element('div', { className: 'sort-bar', children: [this.bar, text, cancel] });
    this.work.hidden = true;
    bars.append(this.work);
    tools.host.on('sortProgress')(({ looked, total }) => {
      if (this.running !== undefined) {
        this.work.hidden = false;
        this.bar.value = total === 0 ? 0 : looked / total;
        text.textContent = `Sorting by ${this.wanted?.title ?? ''} … ${formatPercent(looked, total)}`;
      }
    });
  }

  public get isSorted(): boolean {
    return this.wanted !== undefined;
  }

  /** Ascending, descending, as captured. */
  public step(column: Column | undefined): void {
    if (column === undefined) {
      return;
    }
    const again = this.wanted !== undefined && sameColumn(this.wanted.shows, column.shows) ? this.wanted : undefined;
    if (again?.descending === true) {
      this.end();
    } else {
      this.by(column, again !== undefined);
    }
  }

  public by(column: Column, descending: boolean): void {
    this.wanted = { shows: column.shows, title: column.title, descending };
    this.tools.attempt(this.run());
  }

  /** As captured. */
  public end(): void {
    this.running?.abort();
    if (this.wanted !== undefined) {
      this.wanted = undefined;
      this.tools.attempt(this.run());
    }
  }

  /** The list, or what this column says, is another: its rows are arranged as those before. */
  public async again(only?: Column['shows']): Promise<void> {
    if (this.wanted !== undefined && (only === undefined || sameColumn(only, this.wanted.shows))) {
      await this.run();
    }
  }

  private async run(): Promise<void> {
    const { tools, wanted } = this;
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    tools.list.showSorted(wanted);
    try {
      await tools.host.api.sort(orderOf(wanted, tools.isFiltered), { signal: mine.signal });
      if (this.running === mine) {
        await tools.rearrange();
        tools.say(wanted === undefined ? 'Packets in the order of their capture.' : `Sorted by ${wanted.title}, ${wanted.descending ? 'descending' : 'ascending'}. Packets that come later stand below.`);
      }
    } catch (thrown) {
      if (this.running === mine) {
        this.wanted = undefined;
        tools.list.showSorted(undefined);
        tools.say(isCancelled(thrown) ? 'Sorting stopped.' : toProblem(thrown, 'Sorting').cause);
      }
    } finally {
      if (this.running === mine) {
        this.running = undefined;
        this.work.hidden = true;
      }
    }
  }
}

function orderOf(wanted: Wanted | undefined, filtered: boolean): RowOrder {
  if (wanted === undefined) {
    return { by: '', descending: false, filtered };
  }
  const { shows, descending } = wanted;
  return typeof shows === 'string' ? { by: shows, descending, filtered } : { by: 'field', ...shows, descending, filtered };
}
