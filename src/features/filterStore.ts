/** Filters people come back to: the history (kept per workspace) and saved ones (settings of user and workspace). */
import * as vscode from 'vscode';
import { Setting } from '../contract/contributions.ts';
import type { FilterLists, SavedFilter } from '../contract/language.ts';

const kHistoryKey = 'filterHistory';
/** Filters remembered: enough for people. */
const kMostHistory = 50;

type Place = vscode.ConfigurationTarget.Global | vscode.ConfigurationTarget.Workspace;

export class FilterStore implements vscode.Disposable {
  private readonly memory: vscode.Memento;
  private readonly changed = new vscode.EventEmitter<FilterLists>();
  private readonly watch: vscode.Disposable;

  public readonly onDidChange = this.changed.event;

  public constructor(memory: vscode.Memento) {
    this.memory = memory;
    this.watch = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(Setting.savedFilters)) {
        this.changed.fire(this.lists());
      }
    });
  }

  public lists(): FilterLists {
    return { history: this.history(), saved: [...this.saved(vscode.ConfigurationTarget.Global), ...this.saved(vscode.ConfigurationTarget.Workspace)] };
  }

  /** A filter was applied: it becomes the latest of the history. */
  public remember(text: string): void {
    const history = this.history();
    if (text === '' || history.at(-1) === text) {
      return;
    }
    const next = [...history.filter((earlier) => earlier !== text), text].slice(-kMostHistory);
    void this.memory.update(kHistoryKey, next);
    this.changed.fire({ ...this.lists(), history: next });
  }

  public clearHistory(): void {
    void this.memory.update(kHistoryKey, []);
    this.changed.fire({ ...this.lists(), history: [] });
  }

  /** Asks for a name, for whom it is saved and whether it gets a button. */
  public async save(text: string): Promise<void> {
    const name = await vscode.window.showInputBox({
      title: 'Save Filter', prompt: text, placeHolder: 'Name', validateInput: (typed) => (typed.trim() === '' ? 'A name is needed.' : undefined),
    });
    if (name === undefined) return;
    const hasFolder = vscode.workspace.workspaceFolders !== undefined;
    const places: readonly PlaceItem[] = [
      { label: '$(bookmark) Button beside the filter bar', description: 'for you', place: vscode.ConfigurationTarget.Global, button: true },
      { label: '$(list-unordered) In the list of saved filters', description: 'for you', place: vscode.ConfigurationTarget.Global, button: false },
      ...(hasFolder ? [
        { label: '$(bookmark) Button beside the filter bar', description: 'in this workspace', place: vscode.ConfigurationTarget.Workspace, button: true } as const,
        { label: '$(list-unordered) In the list of saved filters', description: 'in this workspace', place: vscode.ConfigurationTarget.Workspace, button: false } as const,
      ] : []),
    ];
    const chosen = await vscode.window.showQuickPick(places, { title: `Save "${name.trim()}"` });
    if (chosen === undefined) return;
    const others = this.saved(chosen.place).filter((other) => other.name !== name.trim());
    await this.write(chosen.place, [...others, { name: name.trim(), filter: text, ...(chosen.button ? { button: true } : {}) }]);
  }

  /** A list with, for each filter, buttons to rename, to move up, to show or hide its button, and to delete. */
  public manage(): void {
    const pick = vscode.window.createQuickPick<SavedItem>();
    pick.title = 'Saved Filters';
    pick.placeholder = 'Choose one to change its filter; the buttons rename, move, show beside the bar, delete';
    const fill = (): void => { pick.items = this.items(); };
    fill();
    const watch = this.onDidChange(fill);
    pick.onDidTriggerItemButton(({ item, button }) => { void this.act(item, button); });
    pick.onDidAccept(() => {
      const [item] = pick.selectedItems;
      pick.hide();
      if (item !== undefined) void this.edit(item);
    });
    pick.onDidHide(() => { watch.dispose(); pick.dispose(); });
    pick.show();
  }

  public dispose(): void {
    this.watch.dispose();
    this.changed.dispose();
  }

  private history(): readonly string[] {
    return this.memory.get<readonly string[]>(kHistoryKey, []);
  }

  private saved(place: Place): readonly SavedFilter[] {
    const found = vscode.workspace.getConfiguration().inspect<readonly unknown[]>(Setting.savedFilters);
    const list = place === vscode.ConfigurationTarget.Global ? found?.globalValue : found?.workspaceValue;
    return Array.isArray(list) ? list.filter(isSavedFilter) : [];
  }

  private async write(place: Place, filters: readonly SavedFilter[]): Promise<void> {
    await vscode.workspace.getConfiguration().update(Setting.savedFilters, filters.length === 0 ? undefined : filters, place);
  }

  private items(): SavedItem[] {
    const of = (place: Place, where: string): SavedItem[] => this.saved(place).map((saved) => ({
      label: `${saved.button === true ? '$(bookmark) ' : ''}${saved.name}`, description: where, detail: saved.filter, saved, place,
      buttons: [kRename, kUp, saved.button === true ? kHide : kShow, kDelete],
    }));
    return [...of(vscode.ConfigurationTarget.Global, 'user'), ...of(vscode.ConfigurationTarget.Workspace, 'workspace')];
  }

  private async act({ saved, place }: SavedItem, button: vscode.QuickInputButton): Promise<void> {
    const list = [...this.saved(place)];
    const at = list.findIndex(({ name }) => name === saved.name);
    if (at < 0) return;
    if (button === kDelete) {
      list.splice(at, 1);
    } else if (button === kUp) {
      list.splice(Math.max(0, at - 1), 0, ...list.splice(at, 1));
    } else if (button === kRename) {
      const name = await vscode.window.showInputBox({ title: 'Rename Filter', value: saved.name });
      if (name === undefined || name.trim() === '') return;
      list[at] = { ...saved, name: name.trim() };
    } else {
      list[at] = { ...saved, button: button === kShow };
    }
    await this.write(place, list);
  }

  private async edit({ saved, place }: SavedItem): Promise<void> {
    const filter = await vscode.window.showInputBox({ title: `Filter of "${saved.name}"`, value: saved.filter });
    if (filter !== undefined && filter.trim() !== '') {
      await this.write(place, this.saved(place).map((other) => (other.name === saved.name ? { ...other, filter: filter.trim() } : other)));
    }
  }
}

interface PlaceItem extends vscode.QuickPickItem {
  readonly place: Place;
  readonly button: boolean;
}

interface SavedItem extends vscode.QuickPickItem {
  readonly saved: SavedFilter;
  readonly place: Place;
}

const kRename: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('edit'), tooltip: 'Rename' };
const kUp: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('arrow-up'), tooltip: 'Move Up' };
const kShow: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('bookmark'), tooltip: 'Show as Button' };
const kHide: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('circle-slash'), tooltip: 'Show in the List Only' };
const kDelete: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Delete' };

/** Settings are written by hand, too: what is not a saved filter is left out. */
function isSavedFilter(value: unknown): value is SavedFilter {
  if (typeof value !== 'object' || value === null) return false;
  const { name, filter, button } = value as Partial<Record<keyof SavedFilter, unknown>>;
  return typeof name === 'string' && typeof filter === 'string' && (button === undefined || typeof button === 'boolean');
}
