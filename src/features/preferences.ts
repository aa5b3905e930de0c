/**
 * The user's choices where VS Code keeps them: columns and time format with the workspace, and for new workspaces
 * as they were chosen last; coloring rules and Decode As in the settings.
 */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { Setting } from '../contract/contributions.ts';
import type { Preferences } from '../contract/preferences.ts';
import { columnsOf, digitsOf, rulesOf, textsOf, timeFormatOf, type PreferenceStore } from './preferenceStore.ts';

const kKept = 'stratoshark.view';
type Kept = Pick<Preferences, 'columns' | 'time' | 'digits'>;

export class VsCodePreferences implements PreferenceStore, Disposable {
  private readonly owned = new DisposableStore();
  private readonly changed = this.owned.add(new Emitter<Preferences>());
  private readonly context: vscode.ExtensionContext;
  public readonly onChanged = this.changed.event;

  public constructor(context: vscode.ExtensionContext) {
    this.context = context;
    const shown = [Setting.coloring, Setting.coloringRules, Setting.decodeAs];
    this.owned.add(vscode.workspace.onDidChangeConfiguration((event) => {
      if (shown.some((name) => event.affectsConfiguration(name))) {
        this.changed.fire(this.read());
      }
    }));
  }

  public read(): Preferences {
    const settings = vscode.workspace.getConfiguration();
    return {
      ...this.readKept(),
      coloring: settings.get<boolean>(Setting.coloring, true),
      rules: rulesOf(settings.get(Setting.coloringRules)),
      decodeAs: textsOf(settings.get(Setting.decodeAs)),
    };
  }

  public async change({ coloring, rules, decodeAs, ...kept }: Partial<Preferences>): Promise<void> {
    if (coloring !== undefined) {
      await write(Setting.coloring, coloring, placeOf(Setting.coloring));
    }
    if (rules !== undefined) {
      await write(Setting.coloringRules, rules, placeOf(Setting.coloringRules));
    }
    if (decodeAs !== undefined) {
      await write(Setting.decodeAs, decodeAs, workspaceOrUser());
    }
    if (Object.keys(kept).length > 0) {
      const now: Kept = { ...this.readKept(), ...kept };
      await this.context.workspaceState.update(kKept, now);
      await this.context.globalState.update(kKept, now);
      this.changed.fire(this.read());
    }
  }

  public dispose(): void {
    this.owned.dispose();
  }

  private readKept(): Kept {
    const { workspaceState, globalState } = this.context;
    const kept = workspaceState.get<Partial<Kept>>(kKept) ?? globalState.get<Partial<Kept>>(kKept) ?? {};
    return { columns: columnsOf(kept.columns), time: timeFormatOf(kept.time), digits: digitsOf(kept.digits) };
  }
}

async function write(name: string, value: unknown, target: vscode.ConfigurationTarget): Promise<void> {
  await vscode.workspace.getConfiguration().update(name, value, target);
}

/** Where the setting is set already, else with the user. */
function placeOf(name: string): vscode.ConfigurationTarget {
  const inspected = vscode.workspace.getConfiguration().inspect(name);
  return inspected?.workspaceValue === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
}

/** A workspace that is not trusted, or none at all, cannot say how packets are dissected: the user's settings can. */
const workspaceOrUser = (): vscode.ConfigurationTarget =>
  vscode.workspace.isTrusted && vscode.workspace.workspaceFolders !== undefined
    ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
