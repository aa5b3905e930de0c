/** Certificates and kubeconfigs of a lab: one authority, ECDSA, valid for 30 days. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabConfig } from './config.ts';
import { run } from './exec.ts';

const DAYS = '30';

interface Identity {
  readonly file: string;
  readonly subject: string;
}

/** Who talks to the API server: names and groups as its authorization expects them. */
function clients(lab: LabConfig): readonly Identity[] {
  return [
    { file: 'admin', subject: '/O=system:masters/CN=admin' },
    { file: 'kubelet-client', subject: '/O=system:masters/CN=kube-apiserver-kubelet-client' },
    { file: 'front-proxy', subject: '/CN=front-proxy-client' },
    { file: 'kube-controller-manager', subject: '/CN=system:kube-controller-manager' },
    { file: 'kube-scheduler', subject: '/CN=system:kube-scheduler' },
    { file: 'kube-proxy', subject: '/CN=system:kube-proxy' },
    { file: 'policy-enforcer', subject: '/CN=lab:policy-enforcer' },
    ...lab.nodes.map(({ name }) => ({ file: name, subject: `/O=system:nodes/CN=system:node:${name}` })),
  ];
}

async function openssl(lab: LabConfig, why: string, args: readonly string[]): Promise<void> {
  await run(why, 'openssl', args, { cwd: lab.pki });
}

/** Instead of the machine's openssl.cnf, whose extensions would come on top of those asked for. */
const CONFIG = '[req]\ndistinguished_name = none\n[none]\n';

const newKey = (file: string): readonly string[] => ['-config', 'openssl.cnf', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${file}.key`, '-out', `${file}.crt`, '-days', DAYS];

async function certificate(lab: LabConfig, { file, subject }: Identity, extensions: readonly string[]): Promise<void> {
  const added = ['basicConstraints=CA:FALSE', 'keyUsage=digitalSignature', ...extensions].flatMap((line) => ['-addext', line]);
  await openssl(lab, `make the certificate of ${file}`, ['req', '-x509', ...newKey(file), '-CA', 'ca.crt', '-CAkey', 'ca.key', '-subj', subject, ...added]);
}

function writeKubeconfig(lab: LabConfig, file: string, path: string): void {
  const data = (name: string): string => readFileSync(join(lab.pki, name)).toString('base64');
  const name = `stratoshark-${lab.name}`;
  writeFileSync(path, JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: lab.apiUrl, 'certificate-authority-data': data('ca.crt') } }],
    users: [{ name: file, user: { 'client-certificate-data': data(`${file}.crt`), 'client-key-data': data(`${file}.key`) } }],
    contexts: [{ name, context: { cluster: name, user: file } }],
    'current-context': name,
  }, undefined, 2), { mode: 0o600 });
}

/** Path of the kubeconfig of one of the lab's own components. */
export const componentKubeconfig = (lab: LabConfig, component: string): string => join(lab.pki, `${component}.kubeconfig`);

/** A Secret of type kubernetes.io/tls with a certificate of the lab's authority for a service of the demo application. */
export async function tlsSecret(lab: LabConfig, namespace: string, service: string): Promise<string> {
  const names = [`DNS:${service}`, `DNS:${service}.${namespace}.svc.cluster.local`, `URI:spiffe://cluster.local/ns/${namespace}/sa/${service}`];
  await certificate(lab, { file: `tls-${service}`, subject: `/O=StratoShark lab/CN=${service}.${namespace}.svc` }, ['extendedKeyUsage=serverAuth', `subjectAltName=${names.join(',')}`]);
  const data = (ending: string): string => readFileSync(join(lab.pki, `tls-${service}.${ending}`)).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: `${service}-tls`, namespace }, data: { 'tls.crt': data('crt'), 'tls.key': data('key') },
  });
}

/** Makes all keys, certificates and kubeconfigs below the lab's directory. */
export async function makePki(lab: LabConfig): Promise<void> {
  mkdirSync(lab.pki, { recursive: true, mode: 0o700 });
  writeFileSync(join(lab.pki, 'openssl.cnf'), CONFIG);
  await openssl(lab, 'make the certificate authority', ['req', '-x509', ...newKey('ca'), '-subj', `/CN=stratoshark-${lab.name}-ca`, '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature']);
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'];
  const alternative = [...[lab.apiIp, '127.0.0.1', lab.apiServiceIp].map((ip) => `IP:${ip}`), ...names.map((name) => `DNS:${name}`)];
  await Promise.all([
    openssl(lab, 'make the key of service accounts', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'sa.key'])
      .then(() => openssl(lab, 'make the key of service accounts', ['pkey', '-in', 'sa.key', '-pubout', '-out', 'sa.pub'])),
    certificate(lab, { file: 'apiserver', subject: '/CN=kube-apiserver' }, ['extendedKeyUsage=serverAuth', `subjectAltName=${alternative.join(',')}`]),
    ...clients(lab).map((client) => certificate(lab, client, ['extendedKeyUsage=clientAuth'])),
  ]);
  for (const component of ['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'policy-enforcer', ...lab.nodes.map(({ name }) => name)]) {
    writeKubeconfig(lab, component, componentKubeconfig(lab, component));
  }
  writeKubeconfig(lab, 'admin', lab.kubeconfig);
}
