/** Keeps the user's choices for captures; knows nothing of where (src/features/preferences.ts does). */
import { Emitter, type Event } from '../base/event.ts';
import type { ColoringRule, ColumnChoice, Preferences } from '../contract/preferences.ts';
import type { TimeFormat } from '../contract/viewing.ts';

export interface PreferenceStore {
  read(): Preferences;
  /** Writes what is named; `onChanged` fires when it is done. */
  change(change: Partial<Preferences>): Promise<void>;
  readonly onChanged: Event<Preferences>;
}

/** For tests and as long as there is nothing to keep choices in. */
export class PreferencesInMemory implements PreferenceStore {
  private readonly changed = new Emitter<Preferences>();
  private now: Preferences;
  public readonly onChanged = this.changed.event;

  public constructor(first: Preferences) {
    this.now = first;
  }

  public read(): Preferences {
    return this.now;
  }

  public change(change: Partial<Preferences>): Promise<void> {
    this.now = { ...this.now, ...change };
    this.changed.fire(this.now);
    return Promise.resolve();
  }
}

const timeFormats: readonly string[] = [
  'relative', 'delta', 'deltaDisplayed', 'local', 'localDate', 'utc', 'utcDate', 'epoch',
] satisfies readonly TimeFormat[];

/** What was kept may be of another version or edited by hand: what is not understood is left out. */
export const timeFormatOf = (value: unknown): TimeFormat =>
  typeof value === 'string' && timeFormats.includes(value) ? value as TimeFormat : 'relative';

export const digitsOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 9 ? value : -1;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

const builtIn: readonly unknown[] = ['number', 'time', 'source', 'destination', 'protocol', 'length', 'info'];

function isColumn(value: unknown): value is ColumnChoice {
  if (!isObject(value) || typeof value['title'] !== 'string' || typeof value['width'] !== 'number' || typeof value['visible'] !== 'boolean') {
    return false;
  }
  const { shows } = value;
  return builtIn.includes(shows)
    || (isObject(shows) && typeof shows['field'] === 'string' && typeof shows['occurrence'] === 'number');
}

export const columnsOf = (value: unknown): readonly ColumnChoice[] => (Array.isArray(value) ? value.filter(isColumn) : []);

/** Rules of the settings: name and filter must be there, a rule is enabled unless it says otherwise. */
export function rulesOf(value: unknown): readonly ColoringRule[] {
  return (Array.isArray(value) ? value : []).flatMap((rule: unknown): readonly ColoringRule[] => {
    if (!isObject(rule) || typeof rule['filter'] !== 'string') {
      return [];
    }
    const { name, filter, color, enabled } = rule;
    return [{
      name: typeof name === 'string' && name !== '' ? name : filter,
      filter,
      color: typeof color === 'string' ? color : 'accent1',
      enabled: enabled !== false,
    }];
  });
}

export const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []);
