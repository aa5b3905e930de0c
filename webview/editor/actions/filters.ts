/** Apply or prepare as filter, for a field of the tree or a cell of the list. */
import type { MenuEntry } from '../../widgets/menu.ts';
import { cellFilter, conversationFilters, filterJoins, joinFilter, type FilterJoin } from '../filterTexts.ts';
import type { Tools } from '../tools.ts';

/** The filter of what the keys are about: the tree's field when it has the focus, else the list's cell. */
export async function selectedFilter(tools: Tools): Promise<string> {
  const { list, details, packet, preferences } = tools;
  if (details.hasFocus) {
    return details.selection?.filter ?? '';
  }
  const column = list.activeColumn;
  return packet === undefined || column === undefined ? ''
    : cellFilter(column, packet, (await tools.packetData()).detail, preferences.time);
}

async function use(tools: Tools, filter: string, join: FilterJoin, apply: boolean): Promise<void> {
  if (filter === '') {
    tools.say('What is selected has no value to filter by.');
    return;
  }
  const text = joinFilter(await tools.filterText(), filter, join);
  if (apply) {
    tools.applyFilter(text);
  } else {
    tools.prepareFilter(text);
  }
}

export const useSelected = (join: FilterJoin, apply: boolean) => (tools: Tools): void => {
  tools.attempt(selectedFilter(tools).then((filter) => use(tools, filter, join, apply)));
};

/** The two submenus of a menu about this filter. */
export function filterEntries(tools: Tools, filter: string): readonly MenuEntry[] {
  const entries = (apply: boolean): readonly MenuEntry[] =>
    filterJoins.map(({ join, label }) => ({ label, run: () => { tools.attempt(use(tools, filter, join, apply)); } }));
  const detail = filter.length > 60 ? `${filter.slice(0, 60)}…` : filter;
  return [
    { label: 'Apply as Filter', detail, disabled: filter === '', children: entries(true) },
    { label: 'Prepare as Filter', disabled: filter === '', children: entries(false) },
  ];
}

/** A submenu of the conversations the packet is part of. */
export async function conversationEntries(tools: Tools): Promise<readonly MenuEntry[]> {
  const found = conversationFilters((await tools.packetData()).detail);
  return [{
    label: 'Conversation Filter', disabled: found.length === 0,
    children: found.map(({ label, filter }) => ({ label, detail: filter, run: () => { tools.applyFilter(filter); } })),
  }];
}
