/** What the capture page does beyond showing: menus, marks, columns, find, coloring. One instance per page. */
import type { PacketRow, TreeNode } from '../../src/contract/capture.ts';
import type { PacketData } from '../../src/contract/engine.ts';
import type { EditorStart } from '../../src/contract/editor.ts';
import type { NotesState } from '../../src/contract/notes.ts';
import type { PageActionName } from '../../src/contract/pageActions.ts';
import type { ColoringRule, ColumnChoice, Preferences } from '../../src/contract/preferences.ts';
import type { RowLook } from '../../src/contract/viewing.ts';
import { element } from '../base/dom.ts';
import { openMenu, type MenuPlace } from '../widgets/menu.ts';
import { editColoringRules, toggleColoring } from './actions/coloring.ts';
import { addFieldColumn, columnActs } from './actions/columns.ts';
import { chooseColumns } from './actions/columnsDialog.ts';
import { editComments } from './actions/comments.ts';
import { stepInConversation } from './actions/conversation.ts';
import { openDecodeAs } from './actions/decodeAs.ts';
import { useSelected } from './actions/filters.ts';
import { followStream } from './actions/follow.ts';
import { FindBar } from './actions/find.ts';
import { goToPacket } from './actions/goToPacket.ts';
import { stepMarked, toggle, toggleMark } from './actions/marking.ts';
import { fieldMenu, packetMenu } from './actions/menus.ts';
import { RowSorting } from './actions/sorting.ts';
import { openTimeMenu } from './actions/timeFormat.ts';
import type { ColumnActs } from './columnHeader.ts';
import { choicesOf, columnsOf, fieldsOf, type Column } from './columns.ts';
import { PacketMarks } from './marks.ts';
import type { RowStyle } from './packetList.ts';
import { rowStyle } from './rowStyle.ts';
import type { EditorContext, Tools } from './tools.ts';

export class EditorFeatures {
  public readonly columnActs: ColumnActs;

  private readonly context: EditorContext;
  private readonly tools: Tools;
  private readonly marks: PacketMarks;
  private readonly actions: Readonly<Record<PageActionName, () => void>>;
  private readonly sorting: RowSorting;
  private findBar: FindBar | undefined;
  private preferences: Preferences | undefined;
  private told = kNoPreferences;
  private readonly asked: Partial<Preferences>[] = [];
  /** Rules of the look the rows were made with. */
  private rules: readonly ColoringRule[] = [];
  /** The look the engine has, as text. */
  private sent = '';
  private lastData: PacketData | undefined;
  private notes: NotesState | undefined;

  public constructor(context: EditorContext) {
    this.context = context;
    this.marks = new PacketMarks(context.state);
    this.tools = this.makeTools();
    this.sorting = new RowSorting(this.tools, context.bars);
    this.columnActs = columnActs(this.tools, this.sorting);
    const { tools } = this;
    this.actions = {
      followStream: () => { followStream(tools); },
      findPacket: () => { this.find().open(); },
      findNext: () => { this.find().go(true); },
      findPrevious: () => { this.find().go(false); },
      goToPacket: () => { goToPacket(tools); },
      nextInConversation: () => { stepInConversation(true)(tools); },
      previousInConversation: () => { stepInConversation(false)(tools); },
      nextMarked: () => { stepMarked(true)(tools); },
      previousMarked: () => { stepMarked(false)(tools); },
      mark: () => { toggleMark(tools); },
      comments: () => { editComments(tools); },
      ignore: () => { toggle('ignored')(tools); },
      timeReference: () => { toggle('references')(tools); },
      chooseColumns: () => { chooseColumns(tools); },
      applyAsColumn: () => { addFieldColumn(tools, context.details.selection ?? { field: '', label: '' }); },
      timeFormat: () => { openTimeMenu(tools); },
      coloringRules: () => { editColoringRules(tools); },
      toggleColoring: () => { toggleColoring(tools); },
      decodeAs: () => { context.attempt(openDecodeAs(tools)); },
      applySelected: () => { useSelected('selected', true)(tools); },
      applyNotSelected: () => { useSelected('not', true)(tools); },
      prepareSelected: () => { useSelected('selected', false)(tools); },
    };
    context.host.on('preferences')((preferences) => {
      this.told = preferences;
      this.showPreferences();
    });
    context.host.on('notes')((notes) => { this.onNotes(notes); });
  }

  /** The file was opened, or opened anew: its engine knows nothing of how rows are to look. */
  public begin({ preferences, notes }: EditorStart): void {
    this.lastData = undefined;
    this.notes = notes;
    this.told = preferences;
    this.preferences = this.wanted();
    this.showColumns();
    this.showStatusItems();
    this.sendLook();
  }

  public run(name: PageActionName): void {
    this.actions[name]();
  }

  public styleOf(packet: PacketRow): RowStyle {
    return rowStyle(packet, this.rules, this.marks);
  }

  /** Another packet is shown. */
  public onShown(data: PacketData): void {
    this.lastData = data;
  }

  public isIgnored(frame: number): boolean {
    return this.marks.has('ignored', frame);
  }

  public openFieldMenu(node: TreeNode, place: MenuPlace): void {
    openMenu(fieldMenu(this.tools, node), place, 'Field');
  }

  public openPacketMenu(packet: PacketRow, column: Column, place: MenuPlace): void {
    this.context.attempt(packetMenu(this.tools, packet, column).then((entries) => {
      openMenu(entries, place, `Packet ${String(packet.n)}`);
    }));
  }

  private find(): FindBar {
    if (this.findBar === undefined) {
      this.findBar = new FindBar(this.tools);
      this.context.bars.append(this.findBar.root);
    }
    return this.findBar;
  }

  /** What the host last told, with what it was asked to change and has not yet answered. */
  private wanted(): Preferences {
    return Object.assign({}, this.told, ...this.asked) as Preferences;
  }

  /** Shown at once: the next key press starts from what this one made, not from what the host has kept by then. */
  private change(change: Partial<Preferences>): void {
    this.asked.push(change);
    this.showPreferences();
    this.context.attempt(this.context.host.api.setPreferences(change).finally(() => {
      this.asked.splice(this.asked.indexOf(change), 1);
      this.showPreferences();
    }));
  }

  private showPreferences(): void {
    const before = this.preferences;
    const preferences = this.wanted();
    this.preferences = preferences;
    if (JSON.stringify(before?.columns) !== JSON.stringify(preferences.columns)) {
      this.showColumns();
    }
    if (JSON.stringify(this.look()) !== this.sent) {
      this.renewLook();
    }
    if (before !== undefined && before.time !== preferences.time) {
      this.context.attempt(this.sorting.again('time'));
    }
  }

  /** The rows are others than those that were arranged. */
  public sortAgain(): Promise<void> {
    return this.sorting.again();
  }

  /** Comments or marks changed, here or in another tab: rows and details say so. */
  private onNotes(notes: NotesState): void {
    this.notes = notes;
    this.lastData = undefined;
    this.showStatusItems();
    this.context.list.invalidate();
    if (/\bframe\b|pkt_comment/i.test(this.context.state.get('filter'))) {
      this.context.reapplyFilter();
    }
  }

  /** What holds of the whole capture: bytes read otherwise than by default are never so unnoticed, nor what is not saved. */
  private showStatusItems(): void {
    const { decodeAs } = this.preferences ?? kNoPreferences;
    const { comments, marks } = this.notes?.unsaved ?? { comments: 0, marks: 0 };
    const unsaved = [comments === 0 ? '' : `${String(comments)} commented`, marks === 0 ? '' : `${String(marks)} marked`].filter((words) => words !== '').join(', ');
    this.context.statusItems.replaceChildren(
      ...(unsaved === '' ? [] : [statusButton(`Save (${unsaved})`, 'Comments and marks of this many packets are not in the capture file.\nClick to save them', () => {
        this.context.attempt(this.context.host.api.saveNotes(undefined));
      })]),
      ...(decodeAs.length === 0 ? [] : [statusButton(`Decode As (${String(decodeAs.length)})`, `${decodeAs.join('\n')}\nClick to change or remove`, () => {
        this.actions.decodeAs();
      })]),
    );
  }

  private showColumns(): void {
    this.context.list.setColumns(columnsOf(this.tools.columns));
  }

  private renewLook(): void {
    this.sendLook();
    this.context.list.invalidate();
  }

  private rulesInForce(): readonly ColoringRule[] {
    const { coloring, rules } = this.preferences ?? kNoPreferences;
    return coloring ? rules.filter(({ enabled }) => enabled) : [];
  }

  private look(): RowLook {
    const { time, digits } = this.preferences ?? kNoPreferences;
    return {
      time, digits,
      fields: fieldsOf(this.tools.columns),
      rules: this.rulesInForce().map(({ filter }) => ({ filter })),
      ignored: this.marks.all('ignored'),
      references: this.marks.all('references'),
    };
  }

  private sendLook(): void {
    const look = this.look();
    const inForce = this.rulesInForce();
    this.rules = inForce;
    this.sent = JSON.stringify(look);
    // Requests keep their order: rows asked for after this are made by it.
    this.context.attempt(this.context.host.api.setLook({ look }).then(({ problems }) => {
      const first = problems[0];
      if (first !== undefined) {
        const what = first.kind === 'rule' ? `coloring rule "${inForce[first.index]?.name ?? ''}"` : 'column';
        this.context.say(`The ${what} is left out: ${first.message}`);
      }
    }));
  }

  private async packetData(): Promise<PacketData> {
    const frame = this.context.list.selectedPacket?.n ?? 0;
    return this.lastData?.detail.n === frame ? this.lastData : this.context.host.api.packet({ frame });
  }

  public async goTo(frame: number): Promise<void> {
    const { list, host, isFiltered } = this.context;
    const row = await host.api.rowOf({ frame, filtered: isFiltered });
    if (row < 0) {
      this.context.say(`There is no packet ${String(frame)}${isFiltered ? ', or later, among those displayed' : ''}.`);
      return;
    }
    list.select(row, 'center');
    list.focus();
    const page = isFiltered ? await host.api.rows({ from: row, count: 1, filtered: true }) : undefined;
    const found = page?.rows[0]?.n ?? frame;
    this.context.say(found === frame ? `Packet ${String(frame)}.` : `Packet ${String(frame)} is not displayed; this is the next one that is.`);
  }

  /** The page's own tools and those that need what is kept here. */
  private makeTools(): Tools {
    const own = {
      marks: this.marks,
      change: (change: Partial<Preferences>) => { this.change(change); },
      renewLook: () => { this.renewLook(); },
      packetData: () => this.packetData(),
      goTo: (frame: number) => this.goTo(frame),
    };
    const tools = Object.create(this.context, {}) as Tools;
    Object.assign(tools, own);
    Object.defineProperties(tools, {
      preferences: { get: (): Preferences => this.preferences ?? kNoPreferences },
      columns: { get: (): readonly ColumnChoice[] => choicesOf(this.preferences?.columns ?? []) },
      packet: { get: (): PacketRow | undefined => this.context.list.selectedPacket },
    });
    return tools;
  }
}

function statusButton(text: string, title: string, run: () => void): HTMLElement {
  const created = element('button', { className: 'status-button', text, attributes: { type: 'button', title } });
  created.addEventListener('click', run);
  return created;
}

const kNoPreferences: Preferences = { columns: [], time: 'relative', digits: -1, coloring: false, rules: [], decodeAs: [] };
