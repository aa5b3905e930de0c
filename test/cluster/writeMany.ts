/** Writes many objects to an API server quickly: over connections that stay open. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Writing } from '../../src/cluster/apiClient.ts';

const kAtOnce = 24;

/** Answers a function that writes as the kubeconfig's first user; it rejects where the server refuses. */
export function writer(kubeconfig: string): (writing: Writing) => Promise<void> {
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } }[];
    readonly users: readonly { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } }[];
  };
  const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig is empty');
  const raw = (text: string): Buffer => Buffer.from(text, 'base64');
  const agent = new Agent({ keepAlive: true, maxSockets: kAtOnce, ca: raw(cluster['certificate-authority-data']), cert: raw(user['client-certificate-data']), key: raw(user['client-key-data']) });
  return ({ method, path, body, contentType = 'application/json' }) => new Promise((resolve, reject) => {
    const asked = request(`${cluster.server}${path}`, { method, agent, headers: { 'content-type': contentType } }, (response) => {
      response.resume();
      response.on('end', () => { if ((response.statusCode ?? 0) < 300) resolve(); else reject(new Error(`${method} ${path}: ${response.statusCode ?? 0}`)); });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}

/** `make(0)` … `make(count - 1)`. */
export async function writeMany(kubeconfig: string, count: number, make: (at: number) => Writing): Promise<void> {
  const write = writer(kubeconfig);
  let next = 0;
  await Promise.all(Array.from({ length: kAtOnce }, async () => { while (next < count) await write(make(next++)); }));
}
