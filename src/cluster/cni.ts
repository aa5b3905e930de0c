/** Which CNI plugin connects a node's pods, and how: by what the plugins write on their nodes, and by the links they make. Pure. */

export interface Cni {
  readonly name: string;
  /** How packets go from node to node; '' unknown. */
  readonly mode: string;
}

type Annotations = Readonly<Record<string, string>>;

const kFlannel = 'flannel.alpha.coreos.com/';
const kCalico = 'projectcalico.org/';

const has = (annotations: Annotations, key: string): boolean => (annotations[key] ?? '') !== '';
const any = (annotations: Annotations, start: string): boolean => Object.keys(annotations).some((key) => key.startsWith(start));

const flannelModes: Readonly<Record<string, string>> = { vxlan: 'VXLAN', 'host-gw': 'routes', wireguard: 'WireGuard', ipip: 'IPIP', udp: 'UDP' };

function flannel(annotations: Annotations): Cni {
  const type = annotations[`${kFlannel}backend-type`] ?? '';
  const [, vni] = /"VNI":\s*(\d+)/.exec(annotations[`${kFlannel}backend-data`] ?? '') ?? [];
  const mode = flannelModes[type] ?? type;
  return { name: 'Flannel', mode: mode === 'VXLAN' ? `VXLAN${vni === undefined ? '' : `, VNI ${vni}`}, UDP port 8472` : mode };
}

function calico(annotations: Annotations): Cni {
  if (has(annotations, `${kCalico}IPv4VXLANTunnelAddr`) || has(annotations, `${kCalico}IPv6VXLANTunnelAddr`)) return { name: 'Calico', mode: 'VXLAN, VNI 4096, UDP port 4789' };
  if (has(annotations, `${kCalico}IPv4IPIPTunnelAddr`)) return { name: 'Calico', mode: 'IPIP' };
  return { name: 'Calico', mode: has(annotations, `${kCalico}IPv4Address`) ? 'routes' : '' };
}

/** From a node's annotations; undefined where no plugin that writes any is known there. */
export function cniOfAnnotations(annotations: Annotations): Cni | undefined {
  // Canal is Calico's policies over Flannel's network: packets go as Flannel has it.
  if (any(annotations, `${kFlannel}backend`)) return any(annotations, kCalico) ? { ...flannel(annotations), name: 'Canal (Calico over Flannel)' } : flannel(annotations);
  if (any(annotations, kCalico)) return calico(annotations);
  if (any(annotations, 'network.cilium.io/') || any(annotations, 'io.cilium.network.')) return { name: 'Cilium', mode: '' };
  if (any(annotations, 'k8s.ovn.org/')) return { name: 'OVN-Kubernetes', mode: 'Geneve, UDP port 6081' };
  if (any(annotations, 'node.antrea.io/')) return { name: 'Antrea', mode: '' };
  if (any(annotations, 'kube-router.io/')) return { name: 'kube-router', mode: '' };
  return undefined;
}

/** Links by which a plugin and its mode are known, the telling ones first. */
const links: readonly (readonly [RegExp, Cni])[] = [
  [/^cilium_vxlan$/, { name: 'Cilium', mode: 'VXLAN, UDP port 8472' }],
  [/^cilium_geneve$/, { name: 'Cilium', mode: 'Geneve, UDP port 6081' }],
  [/^cilium_wg0$/, { name: 'Cilium', mode: 'WireGuard' }],
  [/^cilium_(?:host|net)$/, { name: 'Cilium', mode: 'routes' }],
  [/^vxlan\.calico$/, { name: 'Calico', mode: 'VXLAN, VNI 4096, UDP port 4789' }],
  [/^bpfin\.cali$/, { name: 'Calico', mode: 'eBPF' }],
  [/^flannel-wg/, { name: 'Flannel', mode: 'WireGuard' }],
  [/^flannel\.\d+$/, { name: 'Flannel', mode: 'VXLAN, UDP port 8472' }],
  [/^antrea-gw0$/, { name: 'Antrea', mode: '' }],
  [/^ovn-k8s-mp0$/, { name: 'OVN-Kubernetes', mode: 'Geneve, UDP port 6081' }],
  [/^weave$/, { name: 'Weave Net', mode: '' }],
  [/^kube-bridge$/, { name: 'kube-router', mode: '' }],
  [/^eni[0-9a-f]{11}$/, { name: 'Amazon VPC CNI', mode: 'addresses of the VPC' }],
  [/^azv[0-9a-f]+$/, { name: 'Azure CNI', mode: '' }],
  [/^cali[0-9a-f]{11}$/, { name: 'Calico', mode: '' }],
];

/** From the names of a node's links; undefined where none tells. */
export function cniOfLinks(names: readonly string[]): Cni | undefined {
  const found = links.find(([form]) => names.some((name) => form.test(name)))?.[1];
  // Calico's tunnel of IPIP has the kernel's own name, so both must be there.
  if (found?.name === 'Calico' && found.mode === '' && names.includes('tunl0')) return { ...found, mode: 'IPIP' };
  return found;
}

export const cniText = ({ name, mode }: Cni): string => (mode === '' ? name : `${name} (${mode})`);
