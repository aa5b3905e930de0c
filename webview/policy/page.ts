/** The policy page: matrix, why a pair is as it is, findings, assertions. */
import { isCancelled, toProblem } from '../../src/base/problem.ts';
import type { Connection } from '../../src/base/rpc.ts';
import type { CellDetail, PolicyPageApi, PolicyPageEvents, PolicyPanel, PolicyTab } from '../../src/contract/policy.ts';
import { element, setText } from '../base/dom.ts';
import { formatCount } from '../base/format.ts';
import { TabStrip } from '../widgets/controls.ts';
import { explanationView, type Links } from './explanationView.ts';
import { assertionList, findingList } from './lists.ts';
import { legend, MatrixView } from './matrixView.ts';

const kTabs: readonly PolicyTab[] = ['matrix', 'findings', 'assertions'];

export class PolicyPage {
  private readonly connection: Connection<PolicyPageApi, PolicyPageEvents>;
  private readonly title = element('h1');
  private readonly label = element('span', { className: 'label' });
  private readonly counts = element('span', { className: 'counts' });
  private readonly note = element('div', { className: 'note-bar', attributes: { role: 'status' } });
  private readonly filter = element('input', { className: 'group-filter', attributes: { type: 'search', placeholder: 'Groups by name or pod', 'aria-label': 'Show only groups with this in their name or their pods' } });
  private readonly shown = element('span', { className: 'shown' });
  private readonly detail = element('aside', { className: 'cell-detail', attributes: { 'aria-live': 'polite' } });
  private readonly matrixPart = element('section', { className: 'matrix-part' });
  private readonly listPart = element('section', { className: 'list-part' });
  private readonly tabs: TabStrip;
  private readonly matrix: MatrixView;
  private readonly links: Links;
  private panel: PolicyPanel | undefined;
  private tab: PolicyTab = 'matrix';
  private asked = 0;
  /** The pair that is explained, by the names of its groups: their places change with the files. */
  private chosen: { readonly from: string; readonly to: string } | undefined;

  public constructor(root: HTMLElement, connection: Connection<PolicyPageApi, PolicyPageEvents>) {
    this.connection = connection;
    const { api } = connection;
    this.links = {
      reveal: (place) => { api.reveal(place).catch((thrown: unknown) => { this.fail(thrown); }); },
      apply: (fix) => { api.applyFix(fix).catch((thrown: unknown) => { this.fail(thrown); }); },
    };
    this.matrix = new MatrixView({
      cells: (rows, columns) => api.cells({ edition: this.panel?.edition ?? 0, rows, columns }),
      chosen: (from, to) => { void this.explain(from, to); },
      failed: (thrown) => { this.fail(thrown); },
    });
    this.tabs = new TabStrip((index) => { this.choose(kTabs[index] ?? 'matrix'); });
    const bar = element('div', { className: 'matrix-bar', children: [this.filter, this.shown, legend()] });
    this.matrixPart.append(bar, element('div', { className: 'matrix-row', children: [this.matrix.root, this.detail] }));
    this.filter.addEventListener('input', () => { this.showGroups(); });
    root.append(
      element('header', { children: [this.title, this.label, this.counts] }), this.note, this.tabs.root,
      element('main', { children: [this.matrixPart, this.listPart] }),
    );
    this.showNothing();
    connection.on('tab')((tab) => { this.choose(tab); });
    connection.on('changed')((panel) => { this.show(panel); });
    connection.on('problem')(({ cause, remedy }) => { this.showNote(`${cause} ${remedy}`); });
  }

  public async start(): Promise<void> {
    try {
      this.show(await this.connection.api.start(undefined));
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private show(panel: PolicyPanel): void {
    this.panel = panel;
    const { all, some, none } = panel.pairs;
    const pods = panel.groups.reduce((sum, group) => sum + group.pods, 0);
    setText(this.title, panel.title);
    setText(this.label, panel.label);
    setText(this.counts, `${panel.policies === 1 ? '1 policy' : `${formatCount(panel.policies)} policies`} · ${formatCount(pods)} pods · pairs: ${formatCount(all)} all ports, ${formatCount(some)} some, ${formatCount(none)} none`);
    this.showNote(panel.note);
    this.choose(this.tab);
    this.showGroups();
    this.explainAgain(panel);
  }

  /** What was chosen is explained anew: the old explanation, and its change, may be wrong by now. */
  private explainAgain({ groups }: PolicyPanel): void {
    const { chosen } = this;
    if (chosen === undefined) return;
    const [from, to] = [chosen.from, chosen.to].map((text) => groups.findIndex((group) => group.text === text));
    if (from === undefined || to === undefined || from < 0 || to < 0) {
      this.chosen = undefined;
      this.matrix.mark(undefined);
      this.showNothing();
      return;
    }
    this.matrix.mark({ from, to });
    void this.explain(from, to);
  }

  private showNothing(): void {
    this.detail.replaceChildren(element('p', { className: 'empty', text: 'Choose a cell to see which lines decide.' }));
  }

  private showNote(text: string): void {
    setText(this.note, text);
    this.note.hidden = text === '';
  }

  private choose(tab: PolicyTab): void {
    const { panel } = this;
    if (panel === undefined) return;
    this.tab = tab;
    const violated = panel.assertions.filter(({ status }) => status !== 'holds').length;
    const assertions = violated === 0 ? `Assertions (${String(panel.assertions.length)})` : `Assertions (${String(violated)} of ${String(panel.assertions.length)} not met)`;
    this.tabs.show(['Reachability', `Findings (${String(panel.findings.length)})`, assertions], kTabs.indexOf(tab));
    this.matrixPart.hidden = tab !== 'matrix';
    this.listPart.hidden = tab === 'matrix';
    if (tab === 'findings') this.listPart.replaceChildren(findingList(panel.findings, this.links));
    else if (tab === 'assertions') this.listPart.replaceChildren(assertionList(panel.assertions, this.links));
  }

  private showGroups(): void {
    const groups = this.panel?.groups ?? [];
    const wanted = this.filter.value.trim().toLowerCase();
    const order = groups.flatMap(({ text, names }, at) =>
      wanted === '' || text.toLowerCase().includes(wanted) || names.some((name) => name.toLowerCase().includes(wanted)) ? [at] : []);
    setText(this.shown, `${formatCount(order.length)} of ${formatCount(groups.length)} groups`);
    this.matrix.show(groups, order);
  }

  private async explain(from: number, to: number): Promise<void> {
    const { panel } = this;
    if (panel === undefined) return;
    const asked = ++this.asked;
    this.chosen = { from: panel.groups[from]?.text ?? '', to: panel.groups[to]?.text ?? '' };
    try {
      const detail = await this.connection.api.cell({ edition: panel.edition, from, to });
      if (asked === this.asked) this.showDetail(detail);
    } catch (thrown) {
      this.fail(thrown);
    }
  }

  private showDetail({ title, ports, explanations }: CellDetail): void {
    this.detail.replaceChildren(
      element('h2', { text: title }),
      element('p', { className: 'ports', text: ports }),
      ...explanations.map((one) => explanationView(one, this.links)),
    );
  }

  private fail(thrown: unknown): void {
    if (isCancelled(thrown)) return;
    const { cause, remedy } = toProblem(thrown, 'The page');
    this.showNote(`${cause} ${remedy}`);
  }
}
