/** How a node is connected: its CNI plugin with its mode, and its interfaces, as its agent sees them. */
import { cniOfLinks, cniText, type Cni } from '../../cluster/cni.ts';
import { execText } from '../../cluster/execText.ts';
import type { NodeObject, PodObject } from '../../cluster/objects.ts';
import type { LiveInterface } from '../../contract/live.ts';
import { errorColor, kMostShown, message, type Scope, type TreeNode } from './node.ts';

/** Ends of pods' links: there are as many as pods. */
const ofPod = /^(?:veth|cali[0-9a-f]|lxc|eni[0-9a-f]|azv)/;

async function ask(scope: Scope, agent: PodObject, kubeconfig: string): Promise<readonly LiveInterface[]> {
  const { namespace, name: pod } = agent;
  const text = await execText({ kubeconfig, context: scope.view.context, namespace, pod, container: 'agent', command: ['stratoshark', '-D', '-T', 'json'] });
  return JSON.parse(text) as readonly LiveInterface[];
}

/** Both, where one knows what the other does not. */
function merged(written: Cni | undefined, seen: Cni | undefined): Cni | undefined {
  if (written === undefined) return seen;
  return written.mode === '' && seen?.name === written.name ? seen : written;
}

/** Rows below a node. `agent`: the one of this node, where it is ready. */
export function networkOf(scope: Scope, node: NodeObject, id: string, agent: PodObject | undefined): readonly TreeNode[] {
  const asked = agent === undefined ? undefined : scope.view.once(`interfaces/${agent.uid}`, (kubeconfig) => ask(scope, agent, kubeconfig));
  const cni = merged(node.cni, cniOfLinks((asked?.value ?? []).map(({ name }) => name)));
  const unknown = agent === undefined ? 'CNI: not told by the node; its agent would see it' : asked?.value === undefined ? 'CNI: …' : 'CNI: none that is known here';
  return [
    message(scope, `${id}/cni`, cni === undefined ? unknown : `CNI: ${cniText(cni)}`, { icon: 'type-hierarchy' }),
    ...(asked === undefined ? [] : [interfacesNode(scope, id, asked)]),
  ];
}

function interfacesNode(scope: Scope, id: string, { value, problem }: { readonly value?: readonly LiveInterface[]; readonly problem?: string }): TreeNode {
  const folder = `${id}/interfaces`;
  const pods = (value ?? []).filter(({ name }) => ofPod.test(name)).length;
  return {
    id: folder, label: 'Interfaces', icon: 'symbol-interface', menu: 'folder', context: scope.view.context,
    ...(value === undefined ? {} : { description: `${value.length - pods}${pods === 0 ? '' : ` and ${pods} of pods`}` }),
    children: () => {
      if (problem !== undefined) return [message(scope, `${folder}/problem`, problem, { icon: 'warning', color: errorColor, menu: 'problem' })];
      if (value === undefined) return [message(scope, `${folder}/loading`, 'Loading…', { icon: 'loading~spin' })];
      const sorted = [...value].sort((a, b) => Number(ofPod.test(a.name)) - Number(ofPod.test(b.name)));
      return sorted.slice(0, kMostShown).map(({ name, up, addresses }): TreeNode => ({
        id: `${folder}/${name}`, label: name, description: [up ? 'up' : 'down', ...addresses.slice(0, 2)].join(' · '), icon: 'plug', menu: 'interface', context: scope.view.context,
        tooltip: [`Interface ${name}`, up ? 'Up' : 'Down', ...addresses], ips: addresses,
      }));
    },
  };
}
