/** Why an agent does not run on a node: one sentence with the remedy. Pure. */
import type { NodeObject, PodObject, Taint } from '../../cluster/objects.ts';

/** What of a DaemonSet tells how far its rollout is. */
export interface RolloutObject {
  readonly uid: string;
  readonly generation: number;
  readonly observed: number;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  readonly image: string;
  readonly tolerations: readonly { readonly key: string; readonly operator: string; readonly value: string; readonly effect: string }[];
  /** Labels a node must have. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

const reason = { image: ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable'], crash: ['CrashLoopBackOff', 'Error', 'RunContainerError', 'StartError', 'Terminated'] };
/** Words of others are cut there. */
const kMostSaid = 300;

const said = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > kMostSaid ? `${line.slice(0, kMostSaid)}…` : line;
};

function tolerates({ tolerations }: RolloutObject, taint: Taint): boolean {
  return tolerations.some(({ key, operator, value, effect }) =>
    (effect === '' || effect === taint.effect) && (key === '' ? operator === 'Exists' : key === taint.key && (operator === 'Exists' || value === taint.value)));
}

/** Effects that keep pods off; PreferNoSchedule only makes a node less liked. */
const repels = ({ effect }: Taint): boolean => effect === 'NoSchedule' || effect === 'NoExecute';
/** Put on nodes in trouble or cordoned; the DaemonSet controller tolerates them by itself. */
const ownTaint = /^node\.kubernetes\.io\/(?:not-ready|unreachable|disk-pressure|memory-pressure|pid-pressure|unschedulable|network-unavailable)$/;

/** Why the DaemonSet wants no agent on a node; undefined where it does. */
export function keptOff(set: RolloutObject, node: NodeObject): string | undefined {
  const taint = node.taints.find((one) => repels(one) && !ownTaint.test(one.key) && !tolerates(set, one));
  if (taint !== undefined) {
    const text = `${taint.key}${taint.value === '' ? '' : `=${taint.value}`}:${taint.effect}`;
    return `Node ${node.name} has the taint ${text}, which the DaemonSet does not tolerate: add a toleration for it, or deploy again.`;
  }
  const label = Object.entries(set.nodeSelector).find(([key, value]) => node.labels[key] !== value);
  if (label !== undefined) return `Node ${node.name} has not the label ${label.join('=')} that the DaemonSet's nodeSelector wants: label it, or deploy again.`;
  return undefined;
}

/** What the scheduler said, with what to do about it. */
function unscheduled(text: string, where: string): string {
  const [, resource] = /Insufficient ([\w/-]+(?:\.[\w/-]+)*)/.exec(text) ?? [];
  if (resource !== undefined) return `${where} has not enough ${resource} left for the agent: lower its request in the setting stratoshark.agent.resources and deploy again, or make room.`;
  const [, taint] = /untolerated taint(?:\(s\))? \{([^}]*)\}/.exec(text) ?? [];
  if (taint !== undefined) return `${where} has the taint ${taint}, which the agent does not tolerate: add a toleration to the DaemonSet.`;
  if (/free ports/.test(text)) return `A port that the agent's pod asks for is taken on ${where}: take the port out of the DaemonSet.`;
  return `${where} does not take the agent: ${said(text)}.`;
}

/** Why a pod of the agent is not ready; undefined where it is, or where nothing speaks against its becoming ready. */
export function whyStuck(pod: PodObject): string | undefined {
  const node = pod.node === '' ? pod.meantFor ?? '' : pod.node;
  const where = node === '' ? 'A node' : `Node ${node}`;
  if (pod.leaving) return undefined;
  if (pod.unscheduled !== undefined && pod.node === '') return unscheduled(pod.unscheduled, where);
  if (pod.phase === 'Evicted') return `${where} has evicted the agent, most often because its disk or memory ran out: make room there.`;
  for (const { image, state, message = '' } of pod.containers) {
    const words = message === '' ? '' : ` (${said(message)})`;
    if (reason.image.includes(state)) return `${where} cannot get the image ${image}${words}: name one it can pull in the setting stratoshark.agent.image, or put it on the node.`;
    if (state === 'CreateContainerConfigError' || state === 'CreateContainerError') return `${where} cannot make the agent's container${words}: correct what is named there and deploy again.`;
    if (state === 'OOMKilled' || message === 'OOMKilled') return `The agent on ${node} needed more memory than its limit: raise it in the setting stratoshark.agent.resources and deploy again.`;
    if (reason.crash.includes(state)) return `The agent on ${node} ends again and again${words}: its log says why (kubectl logs ${pod.name} -n ${pod.namespace}).`;
  }
  return undefined;
}

/** An event of the DaemonSet or of one of its pods. */
export interface EventObject {
  readonly uid: string;
  /** Name of what it is about. */
  readonly about: string;
  readonly kind: string;
  readonly reason: string;
  readonly message: string;
  /** When it was last seen, ms since 1970. */
  readonly last: number;
}

/** Why the DaemonSet's controller cannot make pods: what refused them, with what to do. */
export function whyRefused({ message }: EventObject, namespace: string): string {
  const [, level] = /violates PodSecurity "([^":]+)/.exec(message) ?? [];
  if (level !== undefined) {
    const why = said(message.replace(/^.*?violates PodSecurity "[^"]*":?\s*/, ''));
    return `PodSecurity "${level}" of namespace ${namespace} refuses the agent's pods (${why}): label the namespace pod-security.kubernetes.io/enforce=privileged, or use another in the setting stratoshark.agent.namespace.`;
  }
  if (/exceeded quota/.test(message)) return `A quota of namespace ${namespace} refuses the agent's pods (${said(message)}): raise it, or lower stratoshark.agent.resources.`;
  return `The agent's pods are refused: ${said(message)}.`;
}
