/** Captures that were written to a node's agent (`-w /tmp/a.pcapng`, /var/log/captures): listed, fetched, deleted by exec. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClusterError, loadKubeconfig } from '../cluster/apiClient.ts';
import { isNotAdmitted } from '../cluster/execRefusal.ts';
import { execText } from '../cluster/execText.ts';
import { captureEndings, compressionEndings } from '../contract/contributions.ts';
import { openExec, type ExecEnd } from './execStream.ts';

/** An agent, by the user's kubeconfig. */
export interface AgentPlace {
  readonly kubeconfig: string;
  readonly context: string;
  readonly namespace: string;
  readonly pod: string;
}

export interface AgentFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** ms since 1970, of the last change. */
  readonly changed: number;
}

/** Container of the agent's pod, as bpf/deploy names it. */
const kContainer = 'agent';
/** Where agents write: their /tmp, and the node's folder that bpf/deploy mounts. */
const kFolders = ['/tmp', '/var/log/captures'] as const;
const kPrivate = '/tmp/.stratoshark';
/** Bytes that wait for this machine's disk: more are left on their way. */
const kMostWaiting = 8 * 1024 ** 2;

const names = captureEndings.flatMap((ending) => [ending, ...compressionEndings.map((packed) => `${ending}.${packed}`)]).flatMap((ending, at) => [...(at === 0 ? [] : ['-o']), '-name', `*.${ending}`]);
/** Names may hold anything but NUL. */
const find = (folder: string): readonly string[] => ['find', folder, '-xdev', '-path', kPrivate, '-prune', '-o', '-type', 'f', '(', ...names, ')', '-printf', '%s %T@ %p\\0'];

/** One sentence for who may not: where captures are held to namespaces, the admission policy lets nothing else through. */
function refused<T>(thrown: T, what: string): T | ClusterError {
  if (!(thrown instanceof ClusterError) || !(thrown.status === 403 || isNotAdmitted(thrown.status))) return thrown;
  return new ClusterError(`You may not ${what}: it takes the right to get and create pods/exec in the agents' namespace, and where captures are held to namespaces only who may capture everywhere has it.`, 403);
}

/** Newest first. Throws ClusterError. */
export async function listAgentFiles(place: AgentPlace): Promise<readonly AgentFile[]> {
  const lists = await Promise.all(kFolders.map(async (folder) => {
    try {
      return await execText({ ...place, container: kContainer, command: find(folder) });
    } catch (thrown) {
      if (thrown instanceof ClusterError && thrown.message.includes(folder) && thrown.message.includes('No such file')) return '';
      throw refused(thrown, 'see which captures are on this node');
    }
  }));
  return lists.flatMap((text) => text.split('\0').slice(0, -1)).map((line): AgentFile => {
    const [size = '', time = ''] = line.split(' ', 2);
    return { path: line.slice(size.length + time.length + 2), size: Number(size), changed: Number(time) * 1000 };
  }).sort((a, b) => b.changed - a.changed);
}

/** Throws ClusterError. */
export async function deleteAgentFile(place: AgentPlace, path: string): Promise<void> {
  await execText({ ...place, container: kContainer, command: ['rm', '-f', '--', path] }).catch((thrown: unknown) => { throw refused(thrown, 'delete files of this agent'); });
}

export interface Fetching {
  readonly folder: string;
  /** Of the file there; one that is there already is not written over. */
  readonly name: string;
  /** Bytes so far. */
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Copies a file of an agent here, for this user alone; its path. Rejects with ClusterError, or an AbortError, and leaves nothing then. */
export async function fetchAgentFile(place: AgentPlace, { path, size }: AgentFile, { folder, name, onBytes, signal }: Fetching): Promise<string> {
  const [part, whole] = [join(folder, `.${name}.part`), join(folder, name)];
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    const bytes = await pour(place, path, handle, onBytes, signal);
    await handle.close();
    // One that is being written has grown meanwhile.
    if (bytes < size) throw new ClusterError(`${basename(path)} ended after ${bytes} of ${size} bytes: fetch it again.`);
    await rename(part, whole);
    return whole;
  } catch (thrown) {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    throw thrown;
  }
}

/** Bytes that came. */
function pour(place: AgentPlace, path: string, handle: FileHandle, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<number> {
  const config = loadKubeconfig(place.kubeconfig);
  config.setCurrentContext(place.context);
  return new Promise((resolve, reject) => {
    let [waiting, written, held] = [0, 0, false];
    let last: Promise<void> = Promise.resolve();
    let failed: unknown;
    const stream = openExec(config, { namespace: place.namespace, pod: place.pod, container: kContainer, command: ['cat', '--', path] }, {
      onData: (chunk) => {
        waiting += chunk.length;
        if (!held && waiting > kMostWaiting) stream.hold(held = true);
        last = last.then(async () => {
          if (failed !== undefined) return;
          await handle.appendFile(chunk);
          waiting -= chunk.length;
          onBytes(written += chunk.length);
          if (held && waiting < kMostWaiting / 2) stream.hold(held = false);
        }).catch((thrown: unknown) => {
          failed = new ClusterError(`The file cannot be written here (${thrown instanceof Error ? thrown.message : String(thrown)}).`);
          stream.close();
        });
      },
      onEnd: (end) => { void last.then(() => { if (failed === undefined && end.ok === true) resolve(written); else reject(failed instanceof Error ? failed : unfetched(end, path)); }); },
    });
    const abort = (): void => {
      failed = new DOMException('Called off', 'AbortError');
      stream.close();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function unfetched({ said, cause, status }: ExecEnd, path: string): Error {
  return refused(new ClusterError(`${basename(path)} cannot be fetched (${said === '' ? cause : said.split('\n').at(-1) ?? ''}): look whether the file and the agent are still there.`, status), 'fetch files of this agent');
}
