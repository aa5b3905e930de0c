/** A real kube-apiserver with its etcd and nothing else: objects are only what clients write. For tests; ends with them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labBinaries } from '../lab/binaries.ts';
import { labConfig, type LabConfig } from '../lab/config.ts';
import { run } from '../lab/exec.ts';
import { makePki } from '../lab/pki.ts';
import { objects } from './objects.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  await new Promise<void>((resolve) => { server.close(() => { resolve(); }); });
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}

export class ApiServer {
  public readonly kubeconfig: string;
  public readonly context = 'stratoshark-spare';
  private readonly dir: string;
  private readonly binaries: string;
  private readonly children: ChildProcess[];

  private constructor(dir: string, binaries: string, kubeconfig: string, children: ChildProcess[]) {
    this.dir = dir;
    this.binaries = binaries;
    this.kubeconfig = kubeconfig;
    this.children = children;
  }

  public static async start(): Promise<ApiServer> {
    const dir = mkdtempSync(join(tmpdir(), 'stratoshark-api-'));
    const binaries = labBinaries();
    const [client, peer, secure] = [await freePort(), await freePort(), await freePort()];
    const lab: LabConfig = { ...labConfig('spare'), dir, pki: join(dir, 'pki'), kubeconfig: join(dir, 'kubeconfig'), apiIp: '127.0.0.1', apiUrl: `https://127.0.0.1:${secure}` };
    await makePki(lab);
    const children: ChildProcess[] = [];
    const start = (name: string, args: readonly string[]): ChildProcess => {
      const log = openSync(join(dir, `${name}.log`), 'a');
      const child = spawn(join(binaries, name), args, { stdio: ['ignore', log, log] });
      closeSync(log);
      children.push(child);
      return child;
    };
    const etcd = `http://127.0.0.1:${client}`;
    start('etcd', [`--data-dir=${join(dir, 'etcd')}`, '--unsafe-no-fsync', '--log-level=warn', `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`, `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`, `--initial-cluster=default=http://127.0.0.1:${peer}`]);
    const file = (name: string): string => join(lab.pki, name);
    const server = start('kube-apiserver', [`--etcd-servers=${etcd}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${secure}`,
      `--tls-cert-file=${file('apiserver.crt')}`, `--tls-private-key-file=${file('apiserver.key')}`, `--client-ca-file=${file('ca.crt')}`,
      `--service-account-key-file=${file('sa.pub')}`, `--service-account-signing-key-file=${file('sa.key')}`, '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${lab.serviceCidr}`, '--authorization-mode=RBAC', '--disable-admission-plugins=ServiceAccount', '--endpoint-reconciler-type=none']);
    const it = new ApiServer(dir, binaries, lab.kubeconfig, children);
    const end = Date.now() + 120_000;
    for (;;) {
      await sleep(300);
      if (server.exitCode !== null || Date.now() > end) {
        const log = readFileSync(join(dir, 'kube-apiserver.log'), 'utf8').slice(-2000);
        it.stop();
        throw new Error(`the API server is not there: ${log}`);
      }
      try {
        if (await it.kubectl(['get', '--raw', '/readyz']) === 'ok') return it;
      } catch {
        // Not yet.
      }
    }
  }

  /** Makes the objects of objects.ts, with their status, in the namespace production. */
  public async populate(): Promise<void> {
    await this.kubectl(['create', 'namespace', 'production']);
    const uids = new Map<string, string>();
    for (const make of objects) {
      const answer = JSON.parse(await this.kubectl(['create', '-o', 'json', '-f', '-'], JSON.stringify(make(uids)))) as { readonly kind: string; readonly metadata: { readonly name: string; readonly uid: string } };
      uids.set(`${answer.kind}/${answer.metadata.name}`, answer.metadata.uid);
      const { status } = make(uids) as { readonly status?: object };
      if (status === undefined) continue;
      const namespace = answer.kind === 'Node' ? [] : ['-n', 'production'];
      await this.kubectl(['patch', answer.kind, answer.metadata.name, ...namespace, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })]);
    }
  }

  /** Answers its output; `input` goes to `-f -`. */
  public async kubectl(args: readonly string[], input = ''): Promise<string> {
    return run('ask the API server', join(this.binaries, 'kubectl'), ['--kubeconfig', this.kubeconfig, ...args], { input, timeout: 300 });
  }

  public stop(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
