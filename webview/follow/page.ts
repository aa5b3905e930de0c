/** The page of a followed stream: what both sides said, in order; any length, a row at a time. */
import type { Connection } from '../../src/base/rpc.ts';
import { isCancelled, toProblem } from '../../src/base/problem.ts';
import type { FollowApi, FollowEvents, FollowInfo, FollowLayer, FollowView } from '../../src/contract/follow.ts';
import type { Problem } from '../../src/contract/rpc.ts';
import type { PageState } from '../base/host.ts';
import { element, onCopy, setText } from '../base/dom.ts';
import { formatCount } from '../base/format.ts';
import { Banner } from '../widgets/banner.ts';
import { VirtualList } from '../widgets/virtualList.ts';
import { StreamPages } from './pages.ts';
import { columnsOf, rowText, viewOf, type Format } from './rows.ts';
import { Toolbar } from './toolbar.ts';

export interface FollowState {
  format: Format;
  side: FollowView['side'];
}

const kRowHeight = 18;

export class FollowStreamPage {
  private readonly host: Connection<FollowApi, FollowEvents>;
  private readonly state: PageState<FollowState>;
  private readonly banner = new Banner();
  private readonly toolbar: Toolbar;
  private readonly list: VirtualList;
  private readonly pages: StreamPages;
  private readonly title = element('h1', { className: 'follow-title' });
  private readonly empty = element('div', { className: 'follow-empty', attributes: { role: 'status' } });
  private total = 0;
  private selected = 0;
  private info: FollowInfo | undefined;
  private filtered = false;
  /** Columns of the longest row that was in view: the list can be scrolled sideways as far. */
  private widest = 0;
  /** Where the last match was found, for the next. */
  private foundAt = -1;

  public constructor(root: HTMLElement, host: Connection<FollowApi, FollowEvents>, state: PageState<FollowState>) {
    this.host = host;
    this.state = state;
    this.toolbar = new Toolbar(state.get('format'), {
      layer: (layer) => { this.attempt(this.changeLayer(layer)); },
      side: (side) => { state.set('side', side); this.renew(); },
      format: (format) => { state.set('format', format); this.renew(); },
      find: () => { this.attempt(this.find()); },
      filter: () => { this.attempt(this.toggleFilter()); },
      save: () => { this.attempt(this.save()); },
    });
    this.pages = new StreamPages(
      (from, count) => host.api.rows({ view: this.view, from, count }),
      (total) => { this.onRows(total); },
      (thrown) => { this.showProblem(toProblem(thrown, 'Reading the stream')); },
    );
    this.list = new VirtualList({
      rowHeight: kRowHeight, role: 'list', label: 'Stream', className: 'follow-rows',
      createRow: () => element('div', {
        attributes: { role: 'listitem' },
        children: [element('span', { className: 'follow-packet' }), element('span', { className: 'follow-mark' }), element('span', { className: 'follow-text' })],
      }),
      renderRow: (target, row) => { this.render(target, row); },
      onVisible: ({ first, end }) => { this.pages.want(first, end); },
    });
    this.empty.hidden = true;
    root.append(this.toolbar.root, this.banner.root, this.title, this.empty, this.list.root);
    this.listen();
  }

  public async start(): Promise<void> {
    try {
      this.show(await this.host.api.start(undefined));
    } catch (thrown) {
      this.showProblem(toProblem(thrown, 'Following the stream'));
    }
  }

  private get view(): FollowView {
    return viewOf(this.state.get('format'), this.state.get('side'));
  }

  private listen(): void {
    this.host.on('problem')((problem) => { this.showProblem(problem); });
    this.host.on('restarted')((info) => {
      this.banner.hide();
      this.show(info);
    });
    this.list.root.addEventListener('click', (event) => { this.choose(this.list.rowAt(event)); });
    this.list.root.addEventListener('keydown', (event) => { this.onKey(event); });
    onCopy(this.list.root, () => this.textOf(this.selected));
    window.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'f') {
        event.preventDefault();
        this.toolbar.focusFind();
      } else if (event.key === 'F3') {
        event.preventDefault();
        this.attempt(this.find());
      }
    });
  }

  private show(info: FollowInfo): void {
    this.info = info;
    this.toolbar.show(info);
    const [a, b] = info.nodes;
    setText(this.title, `${info.filter} · ${a.address} ▸ ${b.address} · ${formatCount(info.packets)} packets`
      + (info.truncated ? ' · only the beginning: the stream has more pieces than are kept' : ''));
    this.renew();
  }

  /** Other rows: of another stream, layer, side or format. */
  private renew(): void {
    this.total = 0;
    this.selected = 0;
    this.foundAt = -1;
    this.widest = 0;
    this.list.root.style.removeProperty('--columns');
    this.pages.reset();
    this.list.setTotal(0);
    this.list.refresh();
    this.pages.want(0, 1);
  }

  private onRows(total: number): void {
    this.total = total;
    this.list.setTotal(total);
    this.list.root.setAttribute('aria-rowcount', String(total));
    this.list.refresh();
    const { layer } = this.info ?? {};
    this.empty.hidden = total > 0;
    setText(this.empty, total > 0 ? '' : layer === 'tls' ? 'Encrypted: add keys (a TLS key log) to read this stream.'
      : layer === 'http' ? 'No HTTP/1 message was seen in this stream.' : 'No bytes were sent this way.');
  }

  private render(target: HTMLElement, row: number): void {
    const found = this.pages.get(row);
    const [packet, mark, text] = target.children;
    const node = found?.row.node ?? 0;
    target.id = `stream-row-${String(row)}`;
    const missing = found?.row.missing === true ? ' missing' : '';
    target.className = `vlist-row follow-row node-${String(node)}${missing}${row === this.selected ? ' selected' : ''}`;
    if (packet === undefined || mark === undefined || text === undefined) {
      return;
    }
    const begins = found?.row.time !== undefined;
    setText(packet, begins ? `#${String(found.row.frame)}` : '');
    packet.setAttribute('title', begins ? `packet ${String(found.row.frame)} at ${found.row.time ?? ''} s` : '');
    setText(mark, found === undefined ? '' : node === 0 ? '▸' : '◂');
    mark.setAttribute('aria-label', `from ${this.info?.nodes[node].address ?? ''}`);
    const shown = this.textOf(row);
    setText(text, shown);
    this.widen(columnsOf(shown));
  }

  private widen(columns: number): void {
    if (columns > this.widest) {
      this.widest = columns;
      this.list.root.style.setProperty('--columns', String(columns));
    }
  }

  private textOf(row: number): string {
    const found = this.pages.get(row);
    return found === undefined ? ''
      : found.row.missing === true ? `[${formatCount(found.row.length)} bytes missing in the capture]`
      : rowText(this.state.get('format'), found.bytes, found.row.offset);
  }

  private select(row: number): void {
    this.selected = Math.min(Math.max(0, this.total - 1), Math.max(0, row));
    this.list.root.setAttribute('aria-activedescendant', `stream-row-${String(this.selected)}`);
    this.list.reveal(this.selected);
    this.list.refresh();
  }

  /** A row was clicked: its packet is selected in the capture's tab. */
  private choose(row: number | undefined): void {
    const found = row === undefined ? undefined : this.pages.get(row);
    if (row !== undefined && found !== undefined) {
      this.select(row);
      this.attempt(this.host.api.goTo({ frame: found.row.frame }));
    }
  }

  private onKey(event: KeyboardEvent): void {
    const page = this.list.scroll.rowsPerPage;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: this.selected + 1, ArrowUp: this.selected - 1, PageDown: this.selected + page, PageUp: this.selected - page,
      Home: 0, End: this.total - 1,
    };
    const row = steps[event.key];
    if (row !== undefined && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.select(row);
    } else if (event.key === 'Enter') {
      this.choose(this.selected);
    }
  }

  private async find(): Promise<void> {
    const { wish } = this.toolbar;
    if (wish.text === '') {
      this.toolbar.focusFind();
      return;
    }
    const side = this.state.get('side');
    const ahead = await this.host.api.find({ ...wish, side, from: this.foundAt + 1 });
    const at = ahead < 0 && this.foundAt >= 0 ? await this.host.api.find({ ...wish, side, from: 0 }) : ahead;
    this.foundAt = at;
    this.toolbar.say(at < 0 ? 'Not found.' : ahead < 0 ? 'Found from the beginning again.' : '');
    if (at >= 0) {
      const row = await this.host.api.rowOf({ view: this.view, offset: at });
      this.select(row);
      this.list.center(row);
    }
  }

  private async changeLayer(layer: FollowLayer): Promise<void> {
    this.show(await this.host.api.change({ layer }));
  }

  private async toggleFilter(): Promise<void> {
    await this.host.api.filter({ on: !this.filtered });
    this.filtered = !this.filtered;
    this.toolbar.showFiltered(this.filtered ? this.info?.filter : undefined);
  }

  private async save(): Promise<void> {
    if (await this.host.api.saveRaw({ side: this.state.get('side') })) {
      this.toolbar.say('Saved.');
    }
  }

  private showProblem(problem: Problem): void {
    if (problem.code !== 'cancelled') {
      this.banner.show(problem.cause, problem.remedy);
    }
  }

  private attempt(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (!isCancelled(thrown)) {
        this.showProblem(toProblem(thrown, 'The request'));
      }
    });
  }
}
