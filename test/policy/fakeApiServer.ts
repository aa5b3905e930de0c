/**
 * A small API server for tests: lists as a real one answers them (pages with `continue`, items without apiVersion and
 * kind, Status objects for errors, bearer tokens). It keeps no state and accepts no writes.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const TOKEN = 'test-token';

interface Options {
  /** Objects with apiVersion and kind. */
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  /** Resources that may not be listed. */
  readonly forbidden?: readonly string[];
  /** The second page of pods is refused once, as when it has expired. */
  readonly expires?: boolean;
}

const RESOURCES: Readonly<Record<string, { readonly apiVersion: string; readonly kind: string }>> = {
  '/api/v1/pods': { apiVersion: 'v1', kind: 'Pod' },
  '/api/v1/namespaces': { apiVersion: 'v1', kind: 'Namespace' },
  '/api/v1/services': { apiVersion: 'v1', kind: 'Service' },
  '/api/v1/nodes': { apiVersion: 'v1', kind: 'Node' },
  '/apis/networking.k8s.io/v1/networkpolicies': { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
};

/** Served where there are objects of it: its CRD need not be installed. */
const INSTALLABLE: typeof RESOURCES = {
  '/apis/policy.networking.k8s.io/v1alpha1/adminnetworkpolicies': { apiVersion: 'policy.networking.k8s.io/v1alpha1', kind: 'AdminNetworkPolicy' },
};

type Objects = Options['objects'];

function resourceAt(path: string, objects: Objects): (typeof RESOURCES)[string] | undefined {
  const more = INSTALLABLE[path];
  return more !== undefined && objects.some(({ kind }) => kind === more.kind) ? more : RESOURCES[path];
}

const namespaceOf = ({ metadata }: Objects[number]): unknown => (metadata as { readonly namespace?: unknown } | undefined)?.namespace;

/** The largest page, whatever `limit` asks for: so that a few objects make several. */
const LARGEST_PAGE = 2;

/** A certificate of its own for 127.0.0.1, made anew for each run. */
function makeCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'fake-api-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=fake', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const certificate = makeCertificate();

export interface FakeApiServer {
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

function status(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }));
}

export async function startFakeApiServer(options: Options): Promise<FakeApiServer> {
  const requests: string[] = [];
  let expired = options.expires !== true;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://fake');
    requests.push(`${request.method ?? ''} ${url.pathname}${url.search}`);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      status(response, 401, 'Unauthorized', 'Unauthorized');
      return;
    }
    const [, namespace] = /\/namespaces\/([^/]+)\/./.exec(url.pathname) ?? [];
    const resource = resourceAt(url.pathname.replace(/\/namespaces\/[^/]+(?=\/)/, ''), options.objects);
    const name = url.pathname.split('/').at(-1) ?? '';
    if (resource === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
      return;
    }
    if (options.forbidden?.includes(name) === true) {
      status(response, 403, 'Forbidden', `${name} is forbidden: User "dev" cannot list resource "${name}" in API group "" at the cluster scope`);
      return;
    }
    const from = Number(url.searchParams.get('continue') ?? 0);
    if (from > 0 && !expired) {
      expired = true;
      status(response, 410, 'Expired', 'The provided continue parameter is too old to display a consistent list result.');
      return;
    }
    const all = options.objects.filter(({ kind, apiVersion }) => kind === resource.kind && apiVersion === resource.apiVersion)
      .filter((one) => namespace === undefined || namespaceOf(one) === namespace);
    const limit = url.searchParams.get('limit');
    const size = limit === null ? all.length : Math.min(Number(limit), LARGEST_PAGE);
    const items = all.slice(from, from + size).map(({ kind: _kind, apiVersion: _version, ...rest }) => rest);
    const rest = from + size < all.length ? { continue: String(from + size), remainingItemCount: all.length - from - size } : {};
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: `${resource.kind}List`, apiVersion: resource.apiVersion, metadata: { resourceVersion: '1', ...rest }, items }));
  };
  const server: Server = createServer(certificate, answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A kubeconfig for it, as YAML. */
export function kubeconfig(url: string, token = TOKEN): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: fake, cluster: {server: "${url}", certificate-authority-data: ${Buffer.from(certificate.cert).toString('base64')}}}]
users: [{name: dev, user: {token: ${token}}}]
contexts: [{name: fake-dev, context: {cluster: fake, user: dev}}]
current-context: fake-dev
`;
}
