/** One exec into a pod over a WebSocket: bytes of its standard output, bytes for its standard input, how it ended. */
import { PassThrough, Writable } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { statusOfRefusal } from '../cluster/execRefusal.ts';

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Words, never a shell's line. */
  readonly command: readonly string[];
}

/** `status`: HTTP status of a refused connection. */
export interface ExecEnd {
  /** What the program said on standard error, its last lines. */
  readonly said: string;
  readonly cause: string;
  /** Of the pod. */
  readonly namespace: string;
  readonly status?: number;
  /** The program has ended and was content. */
  readonly ok?: boolean;
}

export interface ExecHandlers {
  readonly onData: (chunk: Buffer) => void;
  /** Once, whatever happens. */
  readonly onEnd: (end: ExecEnd) => void;
}

export interface ExecStream {
  readonly write: (bytes: Buffer) => void;
  /** Leaves what comes on its way, or takes it again. */
  readonly hold: (yes: boolean) => void;
  readonly close: () => void;
}

const kMostSaid = 4000;

/** What of a WebSocket is used here; client-node gives whichever its platform has. */
interface Wire {
  on(event: 'close', take: (code: number, reason: Buffer) => void): unknown;
  on(event: 'error', take: (error: Error) => void): unknown;
  pause(): void;
  resume(): void;
  close(): void;
  terminate(): void;
}

/** Opens it; handlers are called from then on. */
export function openExec(config: KubeConfig, { namespace, pod, container, command }: ExecTarget, { onData, onEnd }: ExecHandlers): ExecStream {
  let said = '';
  let wire: Wire | undefined;
  let over = false;
  const end = (cause: string, parts: Pick<ExecEnd, 'status' | 'ok'> = {}): void => {
    if (over) return;
    over = true;
    onEnd({ said: said.trim(), cause, namespace, ...parts });
  };
  const stdin = new PassThrough();
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!over) onData(chunk);
      done();
    },
  });
  const stderr = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said = (said + chunk.toString()).slice(-kMostSaid);
      done();
    },
  });
  const ended = ({ status, message }: V1Status): void => { end(message ?? 'the program has ended', { ok: status === 'Success' }); };
  new Exec(config).exec(namespace, pod, container, [...command], stdout, stderr, stdin, false, ended).then((socket: unknown) => {
    const opened = socket as Wire;
    wire = opened;
    opened.on('close', (code, reason) => { end(reason.length > 0 ? reason.toString() : `the connection was closed (${code})`); });
    opened.on('error', (error) => { end(error.message); });
    if (over) opened.terminate();
  }, (thrown: unknown) => {
    const text = (thrown as { readonly message?: unknown } | undefined)?.message;
    const message = typeof text === 'string' && text !== '' ? text : 'the API server does not answer';
    const status = statusOfRefusal(message);
    end(message, status === undefined ? {} : { status });
  });
  return {
    write: (bytes) => { if (!over) stdin.write(bytes); },
    hold: (yes) => {
      if (yes) wire?.pause();
      else wire?.resume();
    },
    close: () => {
      end('it was closed');
      // Not the gentle way: it would wait for a network that may be gone.
      wire?.terminate();
    },
  };
}
