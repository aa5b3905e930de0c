/** The control plane: etcd, kube-apiserver, kube-controller-manager and kube-scheduler in the lab's first namespaces. */
import { join } from 'node:path';
import { BuildError } from '../../src/build/say.mjs';
import type { LabConfig } from './config.ts';
import { until } from './exec.ts';
import type { Kube } from './kube.ts';
import { lastWords, nodeScript } from './namespaces.ts';
import { componentKubeconfig } from './pki.ts';
import { alive, type ProcessId } from './processes.ts';

/** Starts a daemon of the lab; answers the process that waits for it. */
export type Start = (name: string, command: readonly string[]) => ProcessId;

const ETCD = 'http://127.0.0.1:2379';
const ETCD_PEER = 'http://127.0.0.1:2380';

function etcd(lab: LabConfig): readonly string[] {
  return [
    // The state is thrown away with the lab: no need to wait for the disk.
    `--data-dir=${join(lab.dir, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn',
    `--listen-client-urls=${ETCD}`, `--advertise-client-urls=${ETCD}`,
    `--listen-peer-urls=${ETCD_PEER}`, `--initial-advertise-peer-urls=${ETCD_PEER}`, `--initial-cluster=default=${ETCD_PEER}`,
  ];
}

function apiServer(lab: LabConfig): readonly string[] {
  const file = (name: string): string => join(lab.pki, name);
  return [
    `--etcd-servers=${ETCD}`, `--advertise-address=${lab.apiIp}`, '--bind-address=0.0.0.0', '--secure-port=6443',
    `--tls-cert-file=${file('apiserver.crt')}`, `--tls-private-key-file=${file('apiserver.key')}`, `--client-ca-file=${file('ca.crt')}`,
    `--kubelet-client-certificate=${file('kubelet-client.crt')}`, `--kubelet-client-key=${file('kubelet-client.key')}`, '--kubelet-preferred-address-types=InternalIP',
    `--proxy-client-cert-file=${file('front-proxy.crt')}`, `--proxy-client-key-file=${file('front-proxy.key')}`, `--requestheader-client-ca-file=${file('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client', '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group', '--requestheader-extra-headers-prefix=X-Remote-Extra-', '--enable-aggregator-routing=true',
    `--service-account-key-file=${file('sa.pub')}`, `--service-account-signing-key-file=${file('sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local', `--service-cluster-ip-range=${lab.serviceCidr}`,
    '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction', '--allow-privileged=true', '--profiling=false',
  ];
}

const clientOf = (lab: LabConfig, component: string): readonly string[] =>
  ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map((option) => `--${option}=${componentKubeconfig(lab, component)}`);

function controllerManager(lab: LabConfig): readonly string[] {
  return [
    ...clientOf(lab, 'kube-controller-manager'), '--bind-address=127.0.0.1', '--leader-elect=false', '--use-service-account-credentials',
    `--root-ca-file=${join(lab.pki, 'ca.crt')}`, `--service-account-private-key-file=${join(lab.pki, 'sa.key')}`,
    `--cluster-signing-cert-file=${join(lab.pki, 'ca.crt')}`, `--cluster-signing-key-file=${join(lab.pki, 'ca.key')}`,
    // Ranges of pods are given to the nodes by the lab, so that they are known beforehand.
    '--allocate-node-cidrs=false', `--cluster-cidr=${lab.podCidr}`, `--service-cluster-ip-range=${lab.serviceCidr}`,
    '--kube-api-qps=200', '--kube-api-burst=400',
  ];
}

function scheduler(lab: LabConfig): readonly string[] {
  return [...clientOf(lab, 'kube-scheduler'), '--bind-address=127.0.0.1', '--leader-elect=false', '--kube-api-qps=200', '--kube-api-burst=400'];
}

/** Starts the control plane; done when the API server is ready and what clients need first is there. */
export async function startControlPlane(lab: LabConfig, binaries: string, start: Start, kube: Kube): Promise<void> {
  const program = (name: string, args: readonly string[]): ProcessId => start(name, [nodeScript('control-daemon.sh'), `${lab.cgroup}/control`, join(binaries, name), ...args]);
  program('etcd', etcd(lab));
  const server = program('kube-apiserver', apiServer(lab));
  await until(180, async () => {
    if (!alive(server)) throw new BuildError(`the API server ended:\n${lastWords(lab, 'kube-apiserver')}`);
    return (await kube.text('/readyz')) === 'ok' ? true : undefined;
  }, () => `the API server was not ready after 180 s:\n${lastWords(lab, 'kube-apiserver')}`);
  program('kube-controller-manager', controllerManager(lab));
  program('kube-scheduler', scheduler(lab));
}

/** Waits until pods can be created: every namespace gets its default account from the controller manager. */
export async function accountsExist(lab: LabConfig, kube: Kube): Promise<void> {
  await until(120, async () => kube.get('/api/v1/namespaces/default/serviceaccounts/default'),
    () => `the controller manager made no service accounts within 120 s:\n${lastWords(lab, 'kube-controller-manager')}`);
}
