/**
 * Capturing from inside a pod where no agent runs: an ephemeral container with the agent's image joins it. It needs NET_RAW
 * and nothing else; what the namespace's PodSecurity allows of that is asked by a dry run. It cannot be taken out again.
 */
import { randomBytes } from 'node:crypto';
import { reviewAccess, rightsText, type Right } from '../cluster/access.ts';
import { ClusterError, type ApiClient } from '../cluster/apiClient.ts';
import { podObject, type ContainerState } from '../cluster/objects.ts';
import { apiPath } from '../cluster/resources.ts';
import { agentPodsPath } from './agentPods.ts';

const kPrefix = 'stratoshark-';
/** Between two looks at whether it runs, and until that is given up, milliseconds. */
const kLook = 300;
const kStart = 90_000;
const kMerge = 'application/strategic-merge-patch+json';

interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly command: readonly string[];
  readonly securityContext: object;
}

export interface GuestPlan {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** What is to be added; undefined where one runs already. */
  readonly add?: Container;
}

/** What a namespace may allow, strictest first: baseline forbids adding capabilities, but containers have this one from the start. */
const contexts: readonly object[] = [
  { runAsUser: 0, runAsNonRoot: false, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_RAW'] }, seccompProfile: { type: 'RuntimeDefault' } },
  { runAsUser: 0, runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
];

/** What capturing from inside a pod takes. */
export function guestRights(namespace: string): readonly Right[] {
  return [
    { verb: 'patch', group: '', resource: 'pods/ephemeralcontainers', namespace },
    ...['get', 'create'].map((verb): Right => ({ verb, group: '', resource: 'pods/exec', namespace })),
  ];
}

/** Whether any agent is there to be asked; who may not look is taken to have some. Throws ClusterError. */
export async function hasAgents(client: ApiClient, namespace: string): Promise<boolean> {
  try {
    return (await client.list(agentPodsPath(namespace))).length > 0;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return true;
    throw error;
  }
}

const pathTo = (namespace: string, pod: string): string => `${apiPath('pods', namespace, pod)}/ephemeralcontainers`;
const isOurs = ({ name, role }: ContainerState): boolean => role === 'ephemeral' && name.startsWith(kPrefix);

async function containersOf(client: ApiClient, namespace: string, pod: string): Promise<readonly ContainerState[]> {
  return podObject(await client.read(apiPath('pods', namespace, pod))).containers;
}

/** Finds the way that is open; nothing is changed. Throws ClusterError with the missing right, or with what forbids it. */
export async function planGuest(client: ApiClient, namespace: string, pod: string, image: string): Promise<GuestPlan> {
  const lacks = (await reviewAccess(client, guestRights(namespace))).filter(({ allowed }) => !allowed);
  if (lacks.length > 0) throw new ClusterError(`Your account may not capture from inside of ${namespace}/${pod}: it lacks the right to ${rightsText(lacks)}. Ask for it, or for an agent in this cluster.`, 403);
  const running = (await containersOf(client, namespace, pod)).find((one) => isOurs(one) && one.image === image && one.state === 'Running');
  if (running !== undefined) return { namespace, pod, container: running.name };
  let refusal = '';
  for (const securityContext of contexts) {
    const add: Container = { name: `${kPrefix}${randomBytes(3).toString('hex')}`, image, imagePullPolicy: 'IfNotPresent', command: ['stratoshark', 'guest'], securityContext };
    try {
      await patch(client, { namespace, pod, container: add.name, add }, true);
      return { namespace, pod, container: add.name, add };
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status !== 403 || !error.message.includes('violates PodSecurity')) throw error;
      refusal = /violates PodSecurity.*/.exec(error.message)?.[0].replace(/: ask for a role that may\.$/, '') ?? '';
    }
  }
  throw new ClusterError(`PodSecurity of the namespace ${namespace} lets no container capture in ${pod} (${refusal}): capture it by an agent of its node.`, 403);
}

async function patch(client: ApiClient, { namespace, pod, add }: GuestPlan, dry: boolean): Promise<void> {
  await client.write({ method: 'PATCH', path: `${pathTo(namespace, pod)}${dry ? '?dryRun=All' : ''}`, contentType: kMerge, body: { spec: { ephemeralContainers: [add] } } });
}

/** Adds it where it has to be, and waits until it runs. Throws ClusterError; an AbortError where it was called off. */
export async function startGuest(client: ApiClient, plan: GuestPlan, signal: AbortSignal): Promise<void> {
  if (plan.add === undefined) return;
  await patch(client, plan, false);
  for (const end = Date.now() + kStart; ;) {
    signal.throwIfAborted();
    const found = (await containersOf(client, plan.namespace, plan.pod)).find(({ name }) => name === plan.container);
    if (found?.state === 'Running') return;
    const why = `${found?.state ?? ''}${found?.message === undefined ? '' : `: ${found.message}`}`;
    if (/^(?:ErrImage|ImagePull|InvalidImage|CreateContainer|StartError|RunContainer|Error|Completed|Terminated)/.test(why)) throw new ClusterError(`The container ${plan.container} does not start in ${plan.pod} (${why}): is the image ${plan.add.image} one that the node can pull?`);
    if (Date.now() > end) throw new ClusterError(`The container ${plan.container} has not started in ${plan.pod} for ${kStart / 1000} s${why === '' ? '' : ` (${why})`}: look at the pod's events.`);
    await new Promise((resolve) => { setTimeout(resolve, kLook); });
  }
}
