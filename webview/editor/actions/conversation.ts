/** The next and the previous packet of the selected packet's conversation, among those displayed. */
import { conversationFilters } from '../filterTexts.ts';
import type { Tools } from '../tools.ts';

async function step(tools: Tools, forward: boolean): Promise<void> {
  const { packet } = tools;
  if (packet === undefined) {
    return;
  }
  const conversation = conversationFilters((await tools.packetData()).detail)[0];
  if (conversation === undefined) {
    tools.say(`Packet ${String(packet.n)} is part of no conversation.`);
    return;
  }
  const { frame } = await tools.host.api.find({
    where: 'filter', text: conversation.filter, matchCase: true, from: packet.n, forward, wrap: false, filtered: tools.isFiltered,
  });
  if (frame === 0) {
    tools.say(`There is no ${forward ? 'later' : 'earlier'} packet in this conversation (${conversation.filter}).`);
  } else {
    await tools.goTo(frame);
  }
}

export const stepInConversation = (forward: boolean) => (tools: Tools): void => { tools.attempt(step(tools, forward)); };
