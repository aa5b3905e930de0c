/** The capture page: joins the panes to the host. One per webview. */
import type { CaptureStatus, FilterStatus, PacketDetail, PacketRow, TreeNode } from '../../src/contract/capture.ts';
import type { EditorApi, EditorCommand, EditorEvents, EditorStart } from '../../src/contract/editor.ts';
import type { PacketData } from '../../src/contract/engine.ts';
import type { LiveState } from '../../src/contract/live.ts';
import type { Problem } from '../../src/contract/rpc.ts';
import type { Connection } from '../../src/base/rpc.ts';
import { Newest } from '../../src/base/newest.ts';
import { isCancelled, toProblem } from '../../src/base/problem.ts';
import { Banner } from '../widgets/banner.ts';
import { splitPane } from '../widgets/splitPane.ts';
import { element } from '../base/dom.ts';
import { BytesPane } from './bytesPane.ts';
import { DetailPane } from './detailPane.ts';
import { EditorFeatures } from './features.ts';
import { FilterBar } from './filterBar.ts';
import { takeDroppedKeys } from './keyDrop.ts';
import { LiveBar } from './liveBar.ts';
import { PacketList } from './packetList.ts';
import { rememberExpanded, type SavedState } from './state.ts';
import { StatusLine } from './statusLine.ts';
import type { EditorContext } from './tools.ts';

/** When the filter editor is loaded even if no rows have been painted, milliseconds after the start. */
const kFilterDelay = 1000;
/** After a capture's end, when the engine has read the last of it, milliseconds. */
const kLastGrowth = 1000;

export class CapturePage {
  private readonly host: Connection<EditorApi, EditorEvents>;
  private readonly state: SavedState;
  private readonly banner = new Banner();
  private readonly statusLine: StatusLine;
  private readonly filterBar: FilterBar;
  private readonly list: PacketList;
  private readonly details: DetailPane;
  private readonly bytes: BytesPane;
  private readonly packets = new Newest<PacketData>();
  /** Bars above the panes, such as the one to find packets. */
  private readonly bars = element('div', { className: 'bars' });
  private readonly features: EditorFeatures;
  /** When keys were taken before the workbench had them. */
  private readonly early = new Map<EditorCommand, number>();

  private readonly liveBar: LiveBar;
  private live: LiveState | undefined;
  private status: CaptureStatus | undefined;
  /** The filter applied (or being applied), undefined when all packets show. */
  private filter: FilterStatus | undefined;
  /** The filter there was before another page asked for one of its own. */
  private shownBefore: string | undefined;
  /** Counts filters the user asked for, valid or not: the check of an older one is of no use. */
  private filterWish = 0;
  /** Counts filters run: the answer to an older one is of no use. */
  private filterRun = 0;
  private refiltering = false;
  /** Packets there were when the filter was last run to its end. */
  private filteredUpTo = 0;
  /** Where the page was left, until the file is read that far. */
  private left: { readonly frame: number; readonly top: number } | undefined;

  public constructor(root: HTMLElement, host: Connection<EditorApi, EditorEvents>, state: SavedState) {
    this.host = host;
    this.state = state;
    const { api } = host;
    this.statusLine = new StatusLine(() => { this.attempt(api.cancel(undefined)); });
    this.filterBar = new FilterBar({
      value: state.get('filter'),
      host,
      onApply: (text) => { this.attempt(this.applyFilter(text.trim())); },
      onLeave: () => { this.list.focus(); },
    });
    this.features = new EditorFeatures(this.contextOfFeatures());
    this.list = new PacketList({
      fetch: (from, count) => this.fetchRows(from, count),
      columns: this.features.columnActs,
      styleOf: (packet) => this.features.styleOf(packet),
      onMenu: (packet, column, place) => { this.features.openPacketMenu(packet, column, place); },
      onSelect: (packet) => { this.attempt(this.showPacket(packet)); },
      onScrolled: (first) => { state.set('top', first); },
      onFirstPaint: () => {
        this.attempt(api.painted(undefined));
        this.attempt(this.filterBar.load());
      },
      onTotal: ({ total }) => { this.onTotal(total); },
    });
    this.liveBar = new LiveBar({
      onStop: () => { this.attempt(api.stopCapture(undefined)); },
      onPause: (on) => { this.attempt(api.pauseCapture({ on })); },
      onRestart: () => { this.attempt(api.restartCapture(undefined)); },
      onFollow: () => {
        this.list.follow();
        this.showLive();
      },
    });
    this.details = new DetailPane({
      expanded: state.get('expanded'),
      onExpandedChanged: (expanded) => { rememberExpanded(state, expanded); },
      onSelect: (field, protocol) => { this.showField(field, protocol); },
      onMenu: (field, place) => { this.features.openFieldMenu(field, place); },
    });
    this.bytes = new BytesPane({
      fetch: (request) => api.bytes(request),
      onByte: (source, offset) => { this.details.selectByte(source, offset); },
    });
    this.build(root);
    this.listen();
    state.onKept = ({ filter, frame, top }) => { this.attempt(api.keepPlace({ filter, frame, top })); };
  }

  /** Asks the host for the file and shows it as it was left. */
  public async start(): Promise<void> {
    try {
      const start = await this.host.api.start(undefined);
      this.takePlace(start);
      this.begin(start);
    } catch (thrown) {
      this.showProblem(toProblem(thrown, 'Opening the file'));
    }
    // Rows come first; where there are none, the filter does not wait for them.
    setTimeout(() => { this.attempt(this.filterBar.load()); }, kFilterDelay);
  }

  private takePlace({ place }: EditorStart): void {
    if (place !== undefined) {
      this.state.set('filter', place.filter);
      this.state.set('frame', place.frame);
      this.state.set('top', place.top);
    }
  }

  private build(root: HTMLElement): void {
    const lower = element('div');
    const panes = element('main');
    splitPane({
      container: lower, first: this.details.root, second: this.bytes.root, direction: 'row',
      share: this.state.get('treeShare'), label: 'Width of packet details',
      onMoved: (share) => { this.state.set('treeShare', share); },
    });
    splitPane({
      container: panes, first: this.list.root, second: lower, direction: 'column',
      share: this.state.get('listShare'), label: 'Height of packet list',
      onMoved: (share) => { this.state.set('listShare', share); },
    });
    root.append(this.liveBar.root, this.filterBar.root, this.bars, this.banner.root, panes, this.statusLine.root);
  }

  private listen(): void {
    const { host } = this;
    host.on('live')((live) => { this.onLive(live); });
    host.on('status')((status) => { this.onStatus(status); });
    host.on('filterProgress')((progress) => { this.onFilterProgress(progress); });
    host.on('problem')((problem) => { this.showProblem(problem); });
    host.on('reopened')((start) => { this.begin(start); });
    host.on('command')((command) => { this.runUnlessDone(command); });
    takeDroppedKeys(window, {
      add: (log) => { this.attempt(host.api.addKeys(log)); },
      refuse: (cause) => { this.showProblem({ code: 'file', cause, remedy: 'Drop the file that SSLKEYLOGFILE named.' }); },
    });
    // A tab that is switched to is worked with the keys at once.
    window.addEventListener('focus', () => { this.focusList(); });
    // In a field it is the text that is undone, not the last change of the capture, which VS Code would take it for.
    document.addEventListener('keydown', (event) => {
      const isField = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
      if (isField && (event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase())) {
        event.stopPropagation();
      }
    });
    // VS Code's key binding does the same, but only after a round trip in which keys typed would be lost.
    window.addEventListener('keydown', (event) => {
      const act = !event.ctrlKey && !event.metaKey ? undefined : earlyKeys[event.altKey ? `Alt+${event.code}` : event.key];
      if (act !== undefined) {
        event.preventDefault();
        this.early.set(act, performance.now());
        this.run(act);
      }
    });
  }

  private begin(start: EditorStart): void {
    const { status, live } = start;
    this.left = { frame: this.state.get('frame'), top: this.state.get('top') };
    this.banner.hide();
    this.statusLine.setEnded(false);
    this.features.begin(start);
    this.filter = undefined;
    this.filteredUpTo = 0;
    this.status = undefined;
    this.list.reset(0);
    this.details.clear();
    this.bytes.clear();
    if (live !== undefined) {
      this.onLive(live);
    }
    this.onStatus(status);
    this.focusList();
    const filter = this.state.get('filter');
    this.attempt(filter === '' ? this.comeBack().then(() => this.features.sortAgain()) : this.restoreFilter(filter));
  }

  /** Back to the packet and the rows that the page was left with, once they are read; before that nothing is chosen. */
  private async comeBack(): Promise<void> {
    const { left, status } = this;
    if (left !== undefined && (status?.state !== 'indexing' || status.packets >= Math.max(1, left.frame))) {
      this.left = undefined;
      await this.reselect(left.frame);
      if (this.live?.running !== true) {
        this.list.scrollTo(left.top);
      } else if (left.frame === 0) {
        // Its first packets may have come before this page: nobody has looked at one yet.
        this.list.follow();
        this.showLive();
      }
    }
  }

  private onStatus(status: CaptureStatus): void {
    const before = this.status;
    this.status = status;
    if (status.state === 'failed') {
      this.showProblem({ code: 'file', cause: status.error ?? 'The file cannot be read.', remedy: '' });
    }
    if (this.filter === undefined) {
      this.list.setTotal(status.packets);
    }
    if (this.left !== undefined && before !== undefined && this.filter === undefined) {
      this.attempt(this.comeBack());
    }
    if (status.state === 'ready' && before?.state === 'indexing') {
      // Until now rows were one pass's answers; the second pass may say more. What is looked at in a live capture stays.
      this.list.invalidate(this.live?.running !== true);
    }
    if (this.filter?.state === 'done' && !this.refiltering) {
      this.attempt(this.refilter(this.filter.text));
    }
    this.showStatus();
  }

  /** The capture that writes this file: its figures, and its end, after which all packets are there to be judged by. */
  private onLive(live: LiveState): void {
    const ended = this.live?.running === true && !live.running;
    this.live = live;
    this.list.setLive(live.running);
    this.showLive();
    if (ended && this.filter !== undefined) {
      setTimeout(() => { this.attempt(this.filterAnew()); }, kLastGrowth);
    }
  }

  /** Later packets may have changed what earlier ones match; the rows shown stay. */
  private async filterAnew(): Promise<void> {
    if (this.filter?.state === 'done' && !this.refiltering) {
      await this.runFilter(this.filter.text, ++this.filterRun);
      this.list.invalidate();
      await this.features.sortAgain();
    }
  }

  private showLive(): void {
    if (this.live !== undefined) {
      this.liveBar.show(this.live, this.list.isFollowing);
    }
  }

  private onFilterProgress(progress: FilterStatus): void {
    if (this.filter?.state === 'running' && progress.text === this.filter.text && progress.state === 'running') {
      this.filter = progress;
      this.list.setTotal(progress.matched);
      this.showStatus();
    }
  }

  private onTotal(total: number): void {
    if (this.filter?.state === 'done' && total > this.filter.matched) {
      this.filter = { ...this.filter, matched: total };
      this.list.setTotal(total);
      this.showStatus();
    }
  }

  private async applyFilter(text: string): Promise<void> {
    const wish = ++this.filterWish;
    const check = await this.host.api.checkFilter({ text });
    if (wish !== this.filterWish) {
      return;
    }
    this.filterBar.showCheck(text, check);
    if (!check.ok) {
      return;
    }
    const run = ++this.filterRun;
    this.state.set('filter', text);
    this.filter = text === '' ? undefined : { text, state: 'running', scanned: 0, matched: 0 };
    this.list.reset(text === '' ? this.status?.packets ?? 0 : 0);
    this.showStatus();
    await this.runFilter(text, run);
    await this.reselect();
    await this.features.sortAgain();
  }

  /** Applies the filter the page was left with; the engine may no longer take it, then all packets show. */
  private async restoreFilter(text: string): Promise<void> {
    const { left } = this;
    this.filterBar.setText(text);
    await this.applyFilter(text);
    if (left?.frame === this.state.get('frame')) {
      this.left = left;
      await this.comeBack();
    }
  }

  /**
   * The same filter again while the file has packets it has not seen. The rows shown stay: more only come after them.
   * One run at a time, to its end: a file may grow faster than it is filtered.
   */
  private async refilter(text: string): Promise<void> {
    this.refiltering = true;
    try {
      while (this.isOutrun(text)) {
        await this.runFilter(text, ++this.filterRun, true);
        this.list.repaint();
      }
    } finally {
      this.refiltering = false;
    }
  }

  /** Whether this filter is done, and was so before the file grew. */
  private isOutrun(text: string): boolean {
    const { filter, status } = this;
    return filter?.state === 'done' && filter.text === text
      && status !== undefined && status.state !== 'indexing' && status.packets > this.filteredUpTo;
  }

  private async runFilter(text: string, run: number, extend = false): Promise<void> {
    const packets = this.status?.packets ?? 0;
    const done = await this.host.api.setFilter({ text, extend }).catch((thrown: unknown) => {
      this.onFilterFailed(run);
      throw thrown;
    });
    if (run === this.filterRun && text !== '') {
      this.filteredUpTo = Math.max(packets, done.scanned);
      this.filter = done;
      this.list.setTotal(done.matched);
      this.showStatus();
    }
  }

  /** The user stopped the filter, or it broke: what it found so far stays. */
  private onFilterFailed(run: number): void {
    if (run === this.filterRun && this.filter !== undefined) {
      this.filter = { ...this.filter, state: 'cancelled' };
      this.showStatus();
    }
  }

  /** Puts the selection back on the packet it was on, or the next one shown, or the last. */
  private async reselect(frame = this.state.get('frame')): Promise<void> {
    const row = frame === 0 ? 0 : await this.host.api.rowOf({ frame, filtered: this.filter !== undefined });
    if (!this.list.select(row < 0 ? Number.POSITIVE_INFINITY : row, 'center')) {
      this.details.clear();
      this.bytes.clear();
      this.statusLine.showField(undefined);
    }
  }

  private fetchRows(from: number, count: number): Promise<Awaited<ReturnType<typeof this.host.api.rows>>> {
    return this.host.api.rows({ from, count, filtered: this.filter !== undefined });
  }

  private async showPacket({ n }: PacketRow): Promise<void> {
    this.left = undefined;
    this.state.set('frame', n);
    const data = await this.packets.run(() => this.host.api.packet({ frame: n }));
    if (this.state.get('frame') === n) {
      this.bytes.show(data);
      this.statusLine.showField(undefined);
      this.features.onShown(data);
      this.details.show(this.features.isIgnored(n) ? withoutLayers(data.detail) : data.detail);
    }
  }

  private showField(field: TreeNode, protocol: TreeNode): void {
    this.bytes.mark(field, protocol);
    this.statusLine.showField(field);
  }

  /** Gives the packet list the focus, unless something of the page has it. */
  private focusList(): void {
    if (document.hasFocus() && (document.activeElement === null || document.activeElement === document.body)) {
      this.list.focus();
    }
  }

  private showStatus(): void {
    if (this.status !== undefined) {
      // A live capture is read in many small steps: none of them is worth a progress bar.
      const steady = this.live?.running === true && this.status.state === 'indexing';
      this.statusLine.show(steady ? { ...this.status, state: 'ready' } : this.status, this.filter);
      this.list.showEmpty(emptyText(this.status, this.filter, this.live));
    }
  }

  private applyText(text: string): void {
    this.filterBar.setText(text);
    this.attempt(this.applyFilter(text));
  }

  /** The workbench's answer to a key that the page took at once comes later, and once. */
  private runUnlessDone(command: EditorCommand): void {
    const taken = Object.values(earlyKeys).find((act) => JSON.stringify(act) === JSON.stringify(command));
    const at = taken === undefined ? undefined : this.early.get(taken);
    if (taken !== undefined && at !== undefined) {
      this.early.delete(taken);
      if (performance.now() - at < kEarlyKeyAnswer) {
        return;
      }
    }
    this.run(command);
  }

  private run(command: EditorCommand): void {
    switch (command.kind) {
      case 'focusFilter': this.filterBar.focus(); break;
      case 'clearFilter': this.applyText(''); break;
      case 'saveFilter': this.filterBar.save(); break;
      case 'action': this.features.run(command.name); break;
      case 'goTo': this.attempt(this.features.goTo(command.frame)); break;
      case 'showOnly': this.showOnly(command.filter); break;
      case 'showFlow': this.attempt(this.showFlow(command.filter, command.frame)); break;
    }
  }

  private async showFlow(filter: string, frame: number): Promise<void> {
    this.filterBar.setText(filter);
    await this.applyFilter(filter);
    await this.features.goTo(frame);
  }

  /** The packets of a followed stream, and back to what was shown before. */
  private showOnly(filter: string): void {
    const before = this.shownBefore ?? '';
    if (filter === '') {
      this.shownBefore = undefined;
      this.applyText(before);
    } else {
      this.shownBefore ??= this.filter?.text ?? '';
      this.applyText(filter);
    }
  }

  private contextOfFeatures(): EditorContext {
    const own: Omit<EditorContext, 'list' | 'details' | 'isFiltered'> = {
      host: this.host,
      state: this.state,
      bars: this.bars,
      statusItems: this.statusLine.extra,
      filterText: async () => (await this.filterBar.load()).text,
      prepareFilter: (text) => {
        this.filterBar.setText(text);
        this.filterBar.focus();
      },
      applyFilter: (text) => { this.applyText(text); },
      reapplyFilter: () => {
        if (this.filter !== undefined) {
          this.attempt(this.applyFilter(this.filter.text));
        }
      },
      rearrange: async () => {
        this.list.reset(this.filter?.matched ?? this.status?.packets ?? 0);
        await this.reselect();
      },
      say: (text) => { this.statusLine.say(text); },
      attempt: (work) => { this.attempt(work); },
      showAgain: () => {
        const packet = this.list.selectedPacket;
        if (packet !== undefined) {
          this.attempt(this.showPacket(packet));
        }
      },
    };
    // The panes are made after the features that act on them.
    return Object.defineProperties(own as unknown as EditorContext, {
      list: { get: () => this.list },
      details: { get: () => this.details },
      isFiltered: { get: () => this.filter !== undefined },
    });
  }

  private showProblem(problem: Problem): void {
    const reopen = { label: 'Reopen', run: () => { void this.reopen(); } };
    if (problem.code === 'engineEnded') this.statusLine.setEnded(true);
    switch (problem.code) {
      case 'cancelled': break;
      case 'invalid': this.banner.show(problem.cause, problem.remedy); break;
      case 'fileGone': this.banner.show(problem.cause, problem.remedy, reopen, { label: 'Save a Copy…', run: () => { this.attempt(this.host.api.saveCopy(undefined)); } }); break;
      default: this.banner.show(problem.cause, problem.remedy, reopen);
    }
  }

  private async reopen(): Promise<void> {
    try {
      this.begin(await this.host.api.reopen(undefined));
    } catch (thrown) {
      this.showProblem(toProblem(thrown, 'Reopening the file'));
    }
  }

  /** For what the user started: its failure is shown, unless something newer overtook it. */
  private attempt(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      if (!isCancelled(thrown)) {
        this.showProblem(toProblem(thrown, 'The request'));
      }
    });
  }
}

/** The workbench's own answer to such a key is waited for this long, milliseconds. */
const kEarlyKeyAnswer = 3000;

/** Keys that open what is typed into: a round trip to VS Code would lose the first characters. It binds them too. */
const earlyKeys: Readonly<Record<string, EditorCommand>> = {
  'f': { kind: 'action', name: 'findPacket' },
  'g': { kind: 'action', name: 'goToPacket' },
  '/': { kind: 'focusFilter' },
  // VS Code leaves every Ctrl+C in a webview to the browser.
  'Alt+KeyC': { kind: 'action', name: 'comments' },
};

/** An ignored packet is a frame and no more. */
const withoutLayers = (detail: PacketDetail): PacketDetail => ({
  ...detail,
  tree: [...detail.tree.slice(0, 1), { label: '[This packet is ignored]', field: '', source: 0, offset: 0, length: 0, filter: '', generated: true }],
});

/** What stands in an empty list: why nothing does, '' while something may still come. */
function emptyText(status: CaptureStatus, filter: FilterStatus | undefined, live: LiveState | undefined): string {
  if (live?.running === true) {
    return filter !== undefined && filter.matched === 0 ? 'No packet has matched this filter yet.'
      : status.packets === 0 ? 'Waiting for packets…' : '';
  }
  if (filter !== undefined) {
    return filter.state === 'done' && filter.matched === 0 ? 'No packet matches this filter.' : '';
  }
  return status.state === 'ready' && status.packets === 0 ? 'This file holds no packets.' : '';
}
