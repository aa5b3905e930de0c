/** Mark, ignore, time reference; next and previous marked packet. */
import type { MenuEntry } from '../../widgets/menu.ts';
import type { MarkKind } from '../marks.ts';
import type { Tools } from '../tools.ts';

const words: Readonly<Record<MarkKind, readonly [string, string]>> = {
  marked: ['is marked', 'is no longer marked'],
  ignored: ['is ignored', 'is no longer ignored'],
  references: ['is a time reference', 'is no longer a time reference'],
};

export const toggle = (kind: MarkKind) => (tools: Tools): void => {
  const { packet, marks } = tools;
  if (packet === undefined) {
    return;
  }
  const set = marks.toggle(kind, packet.n);
  const [now, gone] = words[kind];
  tools.say(`Packet ${String(packet.n)} ${set ? now : gone}.`);
  if (kind === 'marked') {
    tools.list.repaint();
    return;
  }
  tools.renewLook();
  if (kind === 'ignored') {
    tools.showAgain();
    tools.reapplyFilter();
  }
};

const plural: Readonly<Record<MarkKind, readonly [string, string]>> = {
  marked: ['Unmark All', 'No packet is marked any more.'],
  ignored: ['Unignore All', 'No packet is ignored any more.'],
  references: ['Remove All Time References', 'There is no time reference any more.'],
};

/** Takes back what is set, of each kind that is set on any packet. */
export const clearEntries = (tools: Tools): readonly MenuEntry[] =>
  (Object.keys(plural) as MarkKind[]).filter((kind) => tools.marks.all(kind).length > 0).map((kind) => ({
    label: plural[kind][0],
    run: () => {
      tools.marks.clear(kind);
      tools.say(plural[kind][1]);
      tools.list.repaint();
      tools.renewLook();
      if (kind === 'ignored') {
        tools.showAgain();
        tools.reapplyFilter();
      }
    },
  }));

export const stepMarked = (forward: boolean) => (tools: Tools): void => {
  const frame = tools.marks.next('marked', tools.packet?.n ?? 0, forward);
  if (frame === 0) {
    tools.say('No packet is marked.');
  } else {
    tools.attempt(tools.goTo(frame));
  }
};
