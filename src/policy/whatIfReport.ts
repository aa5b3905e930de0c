/** Answers of `whatIf` in words, the same on the command line and in the editor. */
import type { CapturedFlow, Conversations } from '../contract/conversations.ts';
import type { WhatIf, WhatIfFlow } from '../contract/policy.ts';
import type { Flow } from './endpoint.ts';
import type { ChangedFlow, Undecided, WhatIfAnswer } from './whatIf.ts';

const WHY: Readonly<Record<Undecided, string>> = {
  rewritten: "the address of an end is a Service's, or was rewritten",
  peer: 'the labels of an end are not known for certain',
  node: "an end is a node's address, which may stand for somebody else",
  beginning: 'which end began it was not captured',
  namespace: 'the policies ask for labels of a namespace that is not in the file',
  port: "the policies name a port, and the pod's ports are not in the file",
};

const many = (count: number): string => count.toLocaleString('en-US');
export const flowCount = (count: number): string => (count === 1 ? '1 flow' : `${many(count)} flows`);

/** `tcp.stream == 4`: what shows a flow alone in the capture. */
export const filterOf = ({ kind, stream }: CapturedFlow): string => `${kind}.stream == ${stream}`;

/** `shop/web-1 → shop/api-1 TCP 8080`. */
export const flowText = ({ from, to, protocol, port }: Flow): string => `${from.text} → ${to.text} ${protocol} ${port}`;

function described({ kind, at, flow, reason, policies }: ChangedFlow, { flows }: Conversations): WhatIfFlow | undefined {
  const captured = flows[at];
  if (captured === undefined) return undefined;
  return { kind, text: flowText(flow), reason, policies, filter: filterOf(captured), frame: captured.frame };
}

/** `would block 37 of 1,204 captured flows, open 2`. */
export function whatIfHeadline({ blocked, flows, opened }: Pick<WhatIf, 'blocked' | 'flows' | 'opened'>): string {
  return `would block ${many(blocked)} of ${many(flows)} captured ${flows === 1 ? 'flow' : 'flows'}, open ${many(opened)}`;
}

function apartLines({ undecided, unclear, unansweredOtherwise, knowsPresent }: WhatIfAnswer, { omitted, whole, packets }: Conversations): readonly string[] {
  const lines = Object.entries(undecided).flatMap(([why, count]) => (count === 0 ? [] : [`${flowCount(count)} not judged: ${WHY[why as Undecided]}`]));
  if (unclear > 0) lines.push(`${flowCount(unclear)} not counted: refused, or the packets do not show whether it got through`);
  if (!knowsPresent) lines.push('What would be opened cannot be told: no present policies are known, neither from the file nor otherwise');
  else if (unansweredOtherwise > 0) lines.push(`${flowCount(unansweredOtherwise)} unanswered though the present policies allow it: another cause`);
  if (omitted > 0) lines.push(`${flowCount(omitted)} beyond the most that are looked at`);
  if (!whole) lines.push(`Only the first ${many(packets)} packets were looked at`);
  return lines;
}

/** At most `most` changes are described; the counts are of all. */
export function whatIfReport(answer: WhatIfAnswer, conversations: Conversations, most: number): WhatIf {
  const { flows, judged, changed } = answer;
  const blocked = changed.filter(({ kind }) => kind === 'block').length;
  return {
    flows, judged, blocked, opened: changed.length - blocked,
    changes: changed.slice(0, most).flatMap((change) => described(change, conversations) ?? []),
    apart: apartLines(answer, conversations),
  };
}
