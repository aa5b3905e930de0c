/** Asks an API server for an exec as a WebSocket client (GET) or an older kubectl (POST) does, and tells whether it let it through. */
import { readFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import type { ApiServer } from './apiServer.ts';

export interface ExecWay {
  /** Acts as this user; '' as the administrator. */
  readonly user: string;
  readonly pod: string;
  readonly subresource: 'exec' | 'attach' | 'portforward' | 'proxy';
  readonly method: 'GET' | 'POST';
  readonly container?: string;
}

interface Credentials {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
}

/** `let through` where the API server went on to the kubelet, which is not there; `refused: …` with its words. */
export async function execVerdict(server: ApiServer, way: ExecWay, command: readonly string[]): Promise<string> {
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as Credentials;
  const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig is empty');
  const raw = (text: string): Buffer => Buffer.from(text, 'base64');
  const query = new URLSearchParams([...command.map((word) => ['command', word]), ['stdout', 'true'], ...(way.subresource === 'portforward' ? [['ports', '80']] : []), ...(way.container === undefined ? [] : [['container', way.container]])]);
  const websocket = { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol': way.subresource === 'portforward' ? 'v4.channel.k8s.io' : 'v5.channel.k8s.io' };
  const spdy = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' };
  const options: RequestOptions = {
    method: way.method, ca: raw(cluster['certificate-authority-data']), cert: raw(user['client-certificate-data']), key: raw(user['client-key-data']), timeout: 20_000,
    headers: { ...(way.user === '' ? {} : { 'impersonate-user': way.user }), ...(way.subresource === 'proxy' ? {} : { connection: 'Upgrade', ...(way.method === 'GET' ? websocket : spdy) }) },
  };
  const answer = await new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const asked = request(`${cluster.server}/api/v1/namespaces/monitoring/pods/${way.pod}/${way.subresource}?${query.toString()}`, options, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => { resolve({ status: response.statusCode ?? 0, text }); });
      response.on('error', reject);
    });
    // The handshake is accepted first; what the kubelet says then comes as a message. Only the stream's being opened counts.
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, text: '' });
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
  if (answer.status === 101 || (answer.status >= 500 && /dial|connect|refused|address|Bad Gateway|unavailable/i.test(answer.text))) return 'let through';
  if (answer.status === 403 || answer.status === 422) return `refused: ${answer.text}`;
  return `${answer.status}: ${answer.text}`;
}
