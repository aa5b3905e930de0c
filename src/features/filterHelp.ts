/** Answers a capture page's questions about the filter language: completion with the file's values, hover, lists. */
import type * as vscode from 'vscode';
import type { EditorApi } from '../contract/editor.ts';
import type { FieldValues, LanguageTables } from '../contract/language.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { EngineLease } from '../engine/client.ts';
import type { EngineSession } from '../engine/session.ts';
import type { ValuesSeen } from '../language/complete.ts';
import { FilterLanguage } from '../language/service.ts';
import type { FilterStore } from './filterStore.ts';

/** What all editors of filters share. */
export class FilterHelp implements vscode.Disposable {
  public readonly store: FilterStore;
  /** Values of the capture that was worked with last, for filters written outside a capture. */
  public valuesSeen: ValuesSeen = () => Promise.resolve(undefined);
  private loading: Promise<FilterLanguage> | undefined;

  public constructor(store: FilterStore) {
    this.store = store;
  }

  /** The language, its tables asked once of whichever engine is there first; they are the same in all. */
  public language(load: () => Promise<LanguageTables>): Promise<FilterLanguage> {
    if (this.loading === undefined) {
      const loading = load().then((tables) => new FilterLanguage(tables));
      this.loading = loading;
      loading.catch(() => { this.loading = undefined; });
    }
    return this.loading;
  }

  public dispose(): void {
    this.store.dispose();
  }
}

type FilterMethods =
  'completeFilter' | 'describeFilter' | 'filterSignature' | 'filterLists' | 'saveFilter' | 'manageFilters';

export function filterHandlers(leased: Promise<EngineLease>, help: FilterHelp): Pick<Handlers<EditorApi>, FilterMethods> {
  const { store } = help;
  const values = new ValuesCache();
  const valuesSeen: ValuesSeen = async (field) => {
    try {
      return await values.of((await leased).session, field);
    } catch {
      // Values are a help: what is wrong with the file is told where it matters.
      return undefined;
    }
  };
  help.valuesSeen = valuesSeen;
  const language = async (): Promise<FilterLanguage> => {
    const { session } = await leased;
    return help.language(() => session.api.language(undefined));
  };
  return {
    completeFilter: async (place) => {
      help.valuesSeen = valuesSeen;
      return (await language()).complete(place, valuesSeen);
    },
    describeFilter: async (place) => (await language()).hover(place),
    filterSignature: async (place) => (await language()).signature(place),
    filterLists: () => store.lists(),
    saveFilter: ({ text }) => store.save(text),
    manageFilters: () => { store.manage(); },
  };
}

/** The values of the field completed last: each letter typed asks for them again. */
class ValuesCache {
  private key = '';
  private values: Promise<FieldValues | undefined> = Promise.resolve(undefined);

  public async of(session: EngineSession, field: string): Promise<FieldValues | undefined> {
    const { packets } = await session.opened();
    const key = `${String(session.pid)} ${String(packets)} ${field}`;
    if (key !== this.key) {
      this.key = key;
      this.values = session.api.fieldValues({ field }).catch(() => {
        this.key = '';
        return undefined;
      });
    }
    return this.values;
  }
}
