/** Opens the page of the selected packet's stream. */
import type { Tools } from '../tools.ts';

export function followStream(tools: Tools): void {
  const { packet } = tools;
  if (packet === undefined) {
    tools.say('Select a packet whose stream is to be followed.');
    return;
  }
  tools.attempt(tools.host.api.followStream({ frame: packet.n }));
}
