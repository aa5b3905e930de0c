/** Mark, ignore, time reference; next and previous marked packet. */
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

export const stepMarked = (forward: boolean) => (tools: Tools): void => {
  const frame = tools.marks.next('marked', tools.packet?.n ?? 0, forward);
  if (frame === 0) {
    tools.say('No packet is marked.');
  } else {
    tools.attempt(tools.goTo(frame));
  }
};
