/** What a tab's page asks about its view of a capture: the look of rows, finding, the user's choices. */
import type { FieldInfo } from '../contract/capture.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { EditorViewApi } from '../contract/viewing.ts';
import type { EngineLease } from '../engine/client.ts';
import type { PreferenceStore } from './preferenceStore.ts';

const kMostFields = 40;

export function viewHandlers(leased: Promise<EngineLease>, preferences: PreferenceStore): Handlers<EditorViewApi> {
  let fields: Promise<readonly FieldInfo[]> | undefined;
  return {
    setLook: async ({ look }) => {
      const { session, view } = await leased;
      return session.api.setLook({ view, look });
    },
    find: async (request, signal) => {
      const { session, view } = await leased;
      return session.api.find({ ...request, view }, { signal });
    },
    sort: async (order, signal) => {
      const { session, view } = await leased;
      return session.api.sort({ ...order, view }, { signal });
    },
    decodeTables: async () => {
      const { session } = await leased;
      return session.api.decodeTables(undefined);
    },
    setPreferences: (change) => preferences.change(change),
    findFields: async ({ text }) => {
      fields ??= leased.then(({ session }) => session.api.fields(undefined));
      const known = await fields.catch((thrown: unknown) => {
        fields = undefined;
        throw thrown;
      });
      return closestFields(known, text);
    },
  };
}

/** Fields by name or label, those that start with the text first; values stay behind: nobody asks for them here. */
export function closestFields(fields: readonly FieldInfo[], text: string): readonly FieldInfo[] {
  const wanted = text.trim().toLowerCase();
  const rank = ({ name, label }: FieldInfo): number =>
    name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : label.toLowerCase().includes(wanted) ? 3 : 4;
  const seen = new Set<string>();
  return fields
    .filter((field) => rank(field) < 4 && !seen.has(field.name) && seen.add(field.name))
    .toSorted((a, b) => rank(a) - rank(b) || a.name.length - b.name.length || a.name.localeCompare(b.name))
    .slice(0, kMostFields)
    .map(({ name, label, type, protocol }) => ({ name, label, type, protocol }));
}
