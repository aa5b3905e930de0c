/** Services without a selector: somebody has written into EndpointSlices where they lead, to pods or to anything else. */
import { ClusterError } from '../../cluster/apiClient.ts';
import type { ClusterView } from '../../cluster/clusterView.ts';
import { endpointSliceObject, kServiceLabel, podObject, type PodObject, type ServiceObject } from '../../cluster/objects.ts';
import { NoTarget } from './noTarget.ts';

export interface WrittenEndpoints {
  /** Addresses of pods of other namespaces: agents put those of the Service's own behind it by themselves. */
  readonly elsewhere: readonly string[];
  /** What is not captured, and what to do: one sentence. */
  readonly note: string | undefined;
}

/** Addresses that are looked up, and that a sentence names. */
const kMostAsked = 64;
const kMostNamed = 5;

/** `everywhere`: pods of other namespaces may be captured. Throws NoTarget where nothing is left, and as the cluster answers. */
export async function writtenEndpoints(service: ServiceObject, view: ClusterView, everywhere: boolean): Promise<WrittenEndpoints> {
  const { name, namespace, type, ips } = service;
  const title = `the Service ${namespace}/${name}`;
  if (type === 'ExternalName') throw new NoTarget(`Nothing in the cluster is behind ${title}, which is only a name for a host outside: capture the pods that call it.`);
  const slices = (await view.list('endpointSlices', namespace, { labelSelector: `${kServiceLabel}=${name}` })).map(endpointSliceObject);
  const addresses = [...new Set(slices.flatMap(({ endpoints }) => endpoints.flatMap((one) => one.ips)))];
  const pods = await podsWith(addresses.slice(0, kMostAsked), namespace, view);
  const ends = addresses.map((address): End => ({ address, pod: pods.find((pod) => pod.ips.includes(address)) }));
  const isHere = ({ pod }: End): boolean => pod?.namespace === namespace;
  const left = ends.filter((end) => end.pod === undefined || (!everywhere && !isHere(end)));
  const facts = { title, left, captured: ends.length - left.length, where: everywhere ? '' : ` of ${namespace}` };
  return {
    elsewhere: everywhere ? ends.filter((end) => end.pod !== undefined && !isHere(end)).map(({ address }) => address) : [],
    note: ips.some((ip) => ip !== 'None') ? noteByAddress(facts) : noteWithoutAddress(facts),
  };
}

interface End {
  readonly address: string;
  readonly pod: PodObject | undefined;
}

interface Facts {
  readonly title: string;
  /** Ends that are not captured. */
  readonly left: readonly End[];
  /** How many are. */
  readonly captured: number;
  readonly where: string;
}

const kRemedy = 'write an EndpointSlice for it, or give it a selector';

/** The address of the Service shows at least what its callers see. */
function noteByAddress({ title, left, captured, where }: Facts): string | undefined {
  if (left.length > 0) return `${whoIs(left, title, where)}, so ${left.length === 1 ? 'its' : 'their'} packets are captured only where pods call the Service: for the rest ${remedyFor(left)}.`;
  return captured > 0 ? undefined : `Nothing is behind ${title}, which has neither selector nor endpoints, so only what pods send to its address is captured: ${kRemedy}.`;
}

function noteWithoutAddress({ title, left, captured, where }: Facts): string | undefined {
  if (captured === 0) {
    throw new NoTarget(left.length > 0
      ? `${whoIs(left, title, where)}, and it has no address of its own: capture the pods that call it, or ${remedyFor(left)}.`
      : `Nothing is behind ${title}, which has neither selector nor endpoints nor an address of its own: ${kRemedy}.`);
  }
  return left.length > 0 ? `${whoIs(left, title, where)}, so ${left.length === 1 ? 'its' : 'their'} packets are not captured: ${remedyFor(left)}, or capture the pods that call it.` : undefined;
}

function whoIs(left: readonly End[], title: string, where: string): string {
  const names = left.slice(0, kMostNamed).map(({ address, pod }) => (pod === undefined ? address : `${address} (pod ${pod.namespace}/${pod.name})`));
  const more = left.length > kMostNamed ? ` and ${left.length - kMostNamed} more` : '';
  return `${names.join(', ')}${more} behind ${title} ${left.length === 1 ? 'is no pod' : 'are no pods'}${where}`;
}

const remedyFor = (left: readonly End[]): string => (left.some(({ pod }) => pod !== undefined) ? 'ask for the right to capture in every namespace' : 'capture on the machines themselves');

/** Pods in their node's network have its address: that is the node's. */
async function podsWith(addresses: readonly string[], namespace: string, view: ClusterView): Promise<readonly PodObject[]> {
  const lists = await Promise.all(addresses.map(async (address) => {
    const query = { fieldSelector: `status.podIP=${address}` };
    try {
      return await view.list('pods', '', query);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status !== 403) throw error;
      return view.list('pods', namespace, query);
    }
  }));
  return lists.flat().map(podObject).filter(({ hostNetwork, phase }) => !hostNetwork && phase !== 'Succeeded' && phase !== 'Failed');
}
