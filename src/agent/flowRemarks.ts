/** Comments of packets that say who is at the ends of their flow: one for each flow, and another where more has become known. */
import { dropOldest } from '../base/oldest.ts';
import { flowComment } from '../capture/captureBlocks.ts';
import type { FlowIdentity, FlowTuple } from '../contract/captureBlocks.ts';
import type { FlowRemark } from '../contract/live.ts';

/** Flows whose comment is remembered; one that is forgotten gets its comment again when more is known of it. */
const kMostFlows = 16_384;

export class FlowRemarks {
  private readonly said = new Map<number, string>();

  /** What is to be said of a flow on its next packet; undefined: nothing new. */
  public of(identity: FlowIdentity): FlowRemark | undefined {
    const { flow, protocol, tuple, also = [], a, b, from = 0n, until } = identity;
    // A port that talks to anybody is no flow, and one that has ended has no more packets.
    if ((a ?? b) === undefined || until !== undefined || tuple.b.port === 0) return undefined;
    const comment = flowComment(identity);
    if (this.said.get(flow) === comment) return undefined;
    this.said.delete(flow);
    this.said.set(flow, comment);
    dropOldest(this.said, kMostFlows);
    const line = ({ a: one, b: other }: FlowTuple): string => `${String(protocol)} ${one.ip} ${String(one.port)} ${other.ip} ${String(other.port)} ${String(from)}`;
    return { comment, flows: [tuple, ...also].map(line).join('\n') };
  }
}
