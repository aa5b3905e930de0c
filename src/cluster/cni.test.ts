import { expect, test } from 'vitest';
import { cniOfAnnotations, cniOfLinks, cniText } from './cni.ts';

// Keys and values as the plugins' documentation has them.
test.each([
  [{ 'flannel.alpha.coreos.com/backend-type': 'vxlan', 'flannel.alpha.coreos.com/backend-data': '{"VNI":1,"VtepMAC":"02:00:0a:f4:01:00"}' }, 'Flannel (VXLAN, VNI 1, UDP port 8472)'],
  [{ 'flannel.alpha.coreos.com/backend-type': 'host-gw' }, 'Flannel (routes)'],
  [{ 'projectcalico.org/IPv4Address': '10.0.0.1/24', 'projectcalico.org/IPv4VXLANTunnelAddr': '10.244.1.1' }, 'Calico (VXLAN, VNI 4096, UDP port 4789)'],
  [{ 'projectcalico.org/IPv4Address': '10.0.0.1/24', 'projectcalico.org/IPv4IPIPTunnelAddr': '10.244.1.1' }, 'Calico (IPIP)'],
  [{ 'projectcalico.org/IPv4Address': '10.0.0.1/24' }, 'Calico (routes)'],
  [{ 'flannel.alpha.coreos.com/backend-type': 'vxlan', 'projectcalico.org/IPv4Address': '10.0.0.1/24' }, 'Canal (Calico over Flannel) (VXLAN, UDP port 8472)'],
  [{ 'network.cilium.io/ipv4-pod-cidr': '10.0.0.0/24' }, 'Cilium'],
  [{ 'k8s.ovn.org/node-subnets': '{}' }, 'OVN-Kubernetes (Geneve, UDP port 6081)'],
  [{ 'node.alpha.kubernetes.io/ttl': '0' }, undefined],
])('annotations %j', (annotations, text) => {
  const cni = cniOfAnnotations(annotations);
  expect(cni === undefined ? undefined : cniText(cni)).toBe(text);
});

test.each([
  [['lo', 'eth0', 'cni0', 'flannel.1', 'veth1'], 'Flannel (VXLAN, UDP port 8472)'],
  [['eth0', 'cali0123456789a', 'vxlan.calico'], 'Calico (VXLAN, VNI 4096, UDP port 4789)'],
  [['eth0', 'cali0123456789a', 'tunl0'], 'Calico (IPIP)'],
  [['eth0', 'tunl0'], undefined],
  [['eth0', 'cilium_host', 'cilium_net', 'cilium_vxlan', 'lxc1'], 'Cilium (VXLAN, UDP port 8472)'],
  [['eth0', 'cilium_host', 'cilium_net'], 'Cilium (routes)'],
  [['lo', 'eth0', 'docker0'], undefined],
])('links %j', (names, text) => {
  const cni = cniOfLinks(names);
  expect(cni === undefined ? undefined : cniText(cni)).toBe(text);
});
