/** One connection to an API server by a context of the user's kubeconfig: JSON read, watched and, where it is asked for by name, written. */
import http from 'node:http';
import https from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';

/** What a cluster cannot be asked, or does not answer: one sentence with cause and remedy. */
export class ClusterError extends Error {
  /** Status of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined;
  /** The Status object of the answer, where it was one. */
  readonly answer: unknown;

  constructor(message: string, status?: number, answer?: unknown) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

/** What is written, and how. */
export interface Writing {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Of the body; JSON unless said. */
  readonly contentType?: string;
}

/** Silence of the server after which a request has failed, milliseconds. */
const SILENCE = 30_000;
/** Largest answer that is read, bytes. */
const LARGEST = 512 * 1024 * 1024;
/** Objects asked for at a time: as kubectl does. */
const PAGE = 500;

/** After that time a watch ends and is begun anew, seconds. */
const WATCH_SECONDS = 240;
/** Objects are at most 1.5 MB in etcd. */
const LARGEST_EVENT = 16 * 1024 * 1024;

/** One line of a watch: an object that came, changed or went, a bookmark, or an error. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Page {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: { readonly continue?: unknown };
  readonly items?: unknown;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** The sentence of a Kubernetes Status object, or the beginning of whatever else was answered. */
function answerText(body: string): string {
  const message = (parsed(body) as { readonly message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : body.slice(0, 200).trim();
}

/** Reads a kubeconfig; '' is $KUBECONFIG, ~/.kube/config, or the pod's own account. Throws ClusterError. */
export function loadKubeconfig(path: string): KubeConfig {
  const config = new KubeConfig();
  try {
    if (path === '') config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw new ClusterError(`The kubeconfig cannot be read (${textOf(error)}): correct it, or name another with ${path === '' ? 'KUBECONFIG' : 'the setting'}.`);
  }
  return config;
}

export class ApiClient {
  /** The context's name, as it is labelled in answers. */
  readonly context: string;
  private readonly config: KubeConfig;
  private readonly server: URL;

  private constructor(config: KubeConfig, context: string, server: URL) {
    this.config = config;
    this.context = context;
    this.server = server;
  }

  /** Takes a context of the kubeconfig (`loadKubeconfig`). */
  static open(context: string | undefined, kubeconfig = ''): ApiClient {
    const config = loadKubeconfig(kubeconfig);
    const names = config.getContexts().map(({ name }) => name);
    if (context !== undefined && !names.includes(context)) {
      const known = names.length === 0 ? 'the kubeconfig has none' : `it has ${names.slice(0, 10).join(', ')}`;
      throw new ClusterError(`There is no context "${context}" in the kubeconfig: ${known}.`);
    }
    if (context !== undefined) config.setCurrentContext(context);
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new ClusterError('The kubeconfig has no current context: name one with --context.');
    if (!URL.canParse(cluster.server)) throw new ClusterError(`"${cluster.server}" is no address of a server: correct the cluster "${cluster.name}" in the kubeconfig.`);
    return new ApiClient(config, config.getCurrentContext(), new URL(cluster.server));
  }

  /** Every object of a kind, page by page; each gets the apiVersion and kind its list leaves out. */
  async list(path: string): Promise<readonly unknown[]> {
    try {
      return await this.pages(path, PAGE);
    } catch (error) {
      // The rest of a paged list expires after some minutes: it is then read in one piece.
      if (error instanceof ClusterError && error.status === 410) return this.pages(path, 0);
      throw error;
    }
  }

  /** One object, or one answer. */
  async read(path: string): Promise<unknown> {
    return this.get(path);
  }

  /** Writes, or asks a question that is written (an access review); the answer. Throws ClusterError. */
  async write({ method, path, body, contentType = 'application/json' }: Writing): Promise<unknown> {
    const options = await this.credentials();
    // YAML may hold JSON: apply patches are sent as such.
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const headers = { ...(options.headers as http.OutgoingHttpHeaders), ...(sent === undefined ? {} : { 'content-type': contentType, 'content-length': String(Buffer.byteLength(sent)) }) };
    const answer = await this.request(path, { ...options, method, headers }, sent);
    return this.answered(path, answer, 'do');
  }

  /**
   * Follows a list from a version on (of `list` in one piece) until the server ends the answer, after some minutes, or
   * `signal` does. `onOpen`: the server has begun to answer. Each line is an event as the API writes it. Throws ClusterError; status 410: list again.
   */
  async watch(path: string, version: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal, onOpen?: () => void): Promise<void> {
    const options = await this.credentials();
    const query = new URLSearchParams({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version, timeoutSeconds: String(WATCH_SECONDS) });
    const url = this.urlOf(`${path}${path.includes('?') ? '&' : '?'}${query.toString()}`);
    await new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => { if (signal.aborted) resolve(); else reject(this.silent(error)); };
      const request = (url.protocol === 'http:' ? http : https).request(url, { ...options, timeout: (WATCH_SECONDS + 30) * 1000, signal }, (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          reject(new ClusterError(`The cluster answered ${response.statusCode ?? 0} to a watch of ${path.split('?')[0] ?? ''}.`, response.statusCode));
          return;
        }
        onOpen?.();
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          if (rest.length > LARGEST_EVENT) request.destroy(new Error('an event is larger than 16 MB'));
          try {
            for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as WatchEvent);
          } catch (error) {
            request.destroy(error instanceof Error ? error : new Error(String(error)));
          }
        });
        response.on('error', fail);
        response.on('end', () => { resolve(); });
      });
      request.on('timeout', () => { request.destroy(new Error('nothing came any more')); });
      request.on('error', fail);
      request.end();
    });
  }

  private async pages(path: string, size: number): Promise<readonly unknown[]> {
    const objects: unknown[] = [];
    let next = '';
    do {
      const query = new URLSearchParams({ ...(size === 0 ? {} : { limit: String(size) }), ...(next === '' ? {} : { continue: next }) });
      const page = (await this.get(query.size === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`)) as Page;
      const kind = typeof page.kind === 'string' ? page.kind.replace(/List$/, '') : '';
      if (!Array.isArray(page.items)) throw new ClusterError(`The answer to ${path} is no list: is ${this.server.href} a Kubernetes API server?`);
      for (const item of page.items as readonly unknown[]) objects.push({ apiVersion: page.apiVersion, kind, ...(item as object) });
      next = typeof page.metadata?.continue === 'string' ? page.metadata.continue : '';
    } while (next !== '');
    return objects;
  }

  private async get(path: string): Promise<unknown> {
    return this.answered(path, await this.request(path, await this.credentials()), 'read');
  }

  /** The body of a success, or what went wrong. */
  private answered(path: string, { status, body }: Answer, asked: 'read' | 'do'): unknown {
    if (status >= 200 && status < 300) {
      const answer = parsed(body);
      if (answer === undefined) throw new ClusterError(`The answer to ${path} is no JSON: is ${this.server.href} a Kubernetes API server?`, status);
      return answer;
    }
    const said = answerText(body);
    if (status === 401) throw new ClusterError(`The cluster does not accept the credentials of context "${this.context}" (${said}): log in again.`, status);
    const remedy = asked === 'read' ? 'ask for a role that may list it, such as "view"' : 'ask for a role that may';
    if (status === 403) throw new ClusterError(`Your account may not ${asked} this (${said}): ${remedy}.`, status, parsed(body));
    throw new ClusterError(`The cluster answered ${status} to ${path.split('?')[0] ?? ''} (${said}).`, status, parsed(body));
  }

  private async credentials(): Promise<https.RequestOptions> {
    const options: https.RequestOptions = { method: 'GET', headers: { accept: 'application/json' }, timeout: SILENCE };
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw new ClusterError(`The credentials of context "${this.context}" cannot be used (${textOf(error)}): log in again, or correct its user in the kubeconfig.`);
    }
    return options;
  }

  private urlOf(path: string): URL {
    return new URL(`${this.server.pathname.replace(/\/$/, '')}${path}`, this.server);
  }

  private silent(error: Error): ClusterError {
    return new ClusterError(`The cluster at ${this.server.href} does not answer (${error.message}): check that it runs and can be reached from here.`);
  }

  private request(path: string, options: https.RequestOptions, sent?: string): Promise<Answer> {
    const url = this.urlOf(path);
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        reject(this.silent(error));
      };
      const request = (url.protocol === 'http:' ? http : https).request(url, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LARGEST) request.destroy(new Error('its answer is larger than 512 MB'));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('timeout', () => { request.destroy(new Error(`nothing came for ${SILENCE / 1000} s`)); });
      request.on('error', fail);
      request.end(sent);
    });
  }
}
