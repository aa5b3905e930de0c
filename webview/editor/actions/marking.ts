/** Mark, ignore, time reference; next and previous marked packet. */
import type { MenuEntry } from '../../widgets/menu.ts';
import type { LocalMark } from '../marks.ts';
import type { Tools } from '../tools.ts';

/** Marks are kept by the host, for all tabs of the capture; the list shows them when the engine knows. */
export const toggleMark = (tools: Tools): void => {
  const { packet } = tools;
  if (packet !== undefined) {
    const marked = packet.marked !== true;
    tools.say(`Packet ${String(packet.n)} ${marked ? 'is marked' : 'is no longer marked'}.`);
    tools.attempt(tools.host.api.setMarks({ frames: [packet.n], marked }));
  }
};

const words: Readonly<Record<LocalMark, readonly [string, string]>> = {
  ignored: ['is ignored', 'is no longer ignored'],
  references: ['is a time reference', 'is no longer a time reference'],
};

export const toggle = (kind: LocalMark) => (tools: Tools): void => {
  const { packet, marks } = tools;
  if (packet === undefined) {
    return;
  }
  const set = marks.toggle(kind, packet.n);
  const [now, gone] = words[kind];
  tools.say(`Packet ${String(packet.n)} ${set ? now : gone}.`);
  showAnew(tools, kind);
};

function showAnew(tools: Tools, kind: LocalMark): void {
  tools.renewLook();
  if (kind === 'ignored') {
    tools.showAgain();
    tools.reapplyFilter();
  }
}

const plural: Readonly<Record<LocalMark, readonly [string, string]>> = {
  ignored: ['Unignore All', 'No packet is ignored any more.'],
  references: ['Remove All Time References', 'There is no time reference any more.'],
};

/** Takes back what is set, of each kind that is set on any packet. */
export async function clearEntries(tools: Tools): Promise<readonly MenuEntry[]> {
  const frames = await tools.host.api.marked(undefined);
  const unmark: MenuEntry = {
    label: 'Unmark All',
    run: () => {
      tools.attempt(tools.host.api.setMarks({ frames, marked: false }).then(() => { tools.say('No packet is marked any more.'); }));
    },
  };
  const local = (Object.keys(plural) as LocalMark[]).filter((kind) => tools.marks.all(kind).length > 0).map((kind) => ({
    label: plural[kind][0],
    run: () => {
      tools.marks.clear(kind);
      tools.say(plural[kind][1]);
      showAnew(tools, kind);
    },
  }));
  return [...(frames.length === 0 ? [] : [unmark]), ...local];
}

export const stepMarked = (forward: boolean) => (tools: Tools): void => {
  tools.attempt(step(tools, forward));
};

/** Around the end, or the start. */
async function step(tools: Tools, forward: boolean): Promise<void> {
  const all = await tools.host.api.marked(undefined);
  const from = tools.packet?.n ?? 0;
  const next = forward ? all.find((frame) => frame > from) ?? all[0] : all.findLast((frame) => frame < from) ?? all.at(-1);
  if (next === undefined) {
    tools.say('No packet is marked.');
  } else {
    await tools.goTo(next);
  }
}
