/** Sets of ends in words: `shop/web-1`, `shop/app=web`, `shop/*`, `any`, an address, `node:worker-1`. */
import { UnknownEndpointError, type ClusterIndex, type Endpoint } from './endpoint.ts';
import { selectorMatches, type Requirement } from './selector.ts';

function readLabels(text: string): readonly Requirement[] {
  return text.split(',').map((term) => {
    const match = /^([^=!]+)(!?=)(.*)$/.exec(term.trim());
    if (match === null) throw new UnknownEndpointError(`"${term}" is no label: write key=value.`);
    const [, key = '', operator, value = ''] = match;
    return { key, operator: operator === '=' ? 'In' : 'NotIn', values: [value] } as const;
  });
}

/** The ends a text means; throws UnknownEndpointError where it is not understood, answers none where nothing matches. */
export function readGroup(text: string, cluster: ClusterIndex): readonly Endpoint[] {
  const name = text.trim();
  if (name === 'any') return cluster.podEndpoints;
  if (name.startsWith('node:')) return [cluster.endpoint({ node: name.slice('node:'.length) })];
  const slash = name.indexOf('/');
  if (slash < 0 || /^[\d.:a-fA-F]+\/\d+$/.test(name)) return [cluster.address(name)];
  const namespace = name.slice(0, slash);
  const rest = name.slice(slash + 1);
  const inside = cluster.podEndpoints.filter(({ anyPod }) => namespace === 'any' || anyPod?.ns === namespace);
  if (rest === '*') return inside;
  if (!rest.includes('=')) return inside.filter(({ anyPod }) => anyPod?.name === rest);
  const requirements = readLabels(rest);
  return inside.filter(({ anyPod }) => anyPod !== undefined && selectorMatches({ requirements }, anyPod.labels));
}
