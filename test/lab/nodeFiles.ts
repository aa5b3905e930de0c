/** The configuration files of a node, laid over its root before it starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabConfig, NodeConfig } from './config.ts';
import { componentKubeconfig } from './pki.ts';

export const PAUSE_IMAGE = 'localhost/lab/pause:1';
/** Room for the VXLAN headers (50 bytes) below the 1500 of the node network. */
export const OVERLAY_MTU = 1450;

/** containerd for Kubernetes: runc, cgroups without systemd, the CNI plugins where Debian puts them. */
const containerd = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt",
  "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing",
]
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  enable_selinux = false
  # The lab also runs where root may not lower a process's OOM score (no CAP_SYS_RESOURCE).
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
`;

/** Pod network of one node: a bridge with the node's range; other nodes are reached over flannel.1. */
function cni(node: NodeConfig): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'lab',
    plugins: [
      {
        type: 'bridge', bridge: 'cni0', mtu: OVERLAY_MTU, isDefaultGateway: true, ipMasq: false, hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: node.podCidr }]] },
      },
      { type: 'portmap', capabilities: { portMappings: true }, snat: true },
    ],
  };
}

function kubelet(lab: LabConfig, node: NodeConfig): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: node.ip,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: join(node.dir, 'ca.crt') } },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [lab.dnsIp],
    clusterDomain: 'cluster.local',
    resolvConf: '/etc/resolv.conf',
    maxPods: 250,
    // The disk is shared with all of this machine: only a really full one is the node's business.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    nodeStatusUpdateFrequency: '4s',
    shutdownGracePeriod: '0s',
  };
}

function kubeProxy(lab: LabConfig, node: NodeConfig): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: lab.podCidr,
    hostnameOverride: node.name,
    clientConnection: { kubeconfig: join(node.dir, 'kube-proxy.kubeconfig') },
    // Zero: leave conntrack's settings, which belong to the whole machine, as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

/** Writes them below the node's directory. JSON is YAML: the programs read either. */
export function writeNodeFiles(lab: LabConfig, node: NodeConfig): void {
  const hosts = ['127.0.0.1 localhost', `${lab.apiIp} control-plane`, ...lab.nodes.map(({ ip, name }) => `${ip} ${name}`)];
  const files: Readonly<Record<string, string>> = {
    'etc/containerd/config.toml': containerd,
    'etc/cni/net.d/10-lab.conflist': JSON.stringify(cni(node), undefined, 2),
    'etc/kubernetes/kubelet.yaml': JSON.stringify(kubelet(lab, node), undefined, 2),
    'etc/kubernetes/kube-proxy.yaml': JSON.stringify(kubeProxy(lab, node), undefined, 2),
    'etc/hosts': `${hosts.join('\n')}\n`,
    // A documentation address: nothing in the lab asks a resolver outside, CoreDNS does not forward.
    'etc/resolv.conf': 'nameserver 192.0.2.53\n',
  };
  for (const [path, text] of Object.entries(files)) {
    const target = join(node.dir, 'files', path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

/** Credentials a node's daemons read, by their name in its directory. */
export function nodeCredentials(lab: LabConfig, node: NodeConfig): Readonly<Record<string, string>> {
  return {
    'ca.crt': join(lab.pki, 'ca.crt'),
    'kubelet.kubeconfig': componentKubeconfig(lab, node.name),
    'kube-proxy.kubeconfig': componentKubeconfig(lab, 'kube-proxy'),
    'policy-enforcer.kubeconfig': componentKubeconfig(lab, 'policy-enforcer'),
  };
}
