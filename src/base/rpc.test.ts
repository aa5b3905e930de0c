import { expect, test, vi } from 'vitest';
import type { Handlers, ReplyMessage, RequestMessage } from '../contract/rpc.ts';
import { ProblemError } from './problem.ts';
import { connect, serve, type Channel } from './rpc.ts';

interface Api {
  double(value: number): number;
  fail(): void;
  slow(): string;
}

interface Events {
  readonly tick: number;
}

/** Two ends of a pipe that delivers copies, as real channels do. */
function pipe() {
  let toServer: (message: RequestMessage<Api>) => void = () => undefined;
  let toClient: (message: ReplyMessage<Events>) => void = () => undefined;
  const client: Channel<RequestMessage<Api>, ReplyMessage<Events>> = {
    send: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => { toServer(copy); });
    },
    onMessage: (receive) => { toClient = receive; },
  };
  const server: Channel<ReplyMessage<Events>, RequestMessage<Api>> = {
    send: (message) => {
      const copy = structuredClone(message);
      queueMicrotask(() => { toClient(copy); });
    },
    onMessage: (receive) => { toServer = receive; },
  };
  return { client, server };
}

function joined(handlers: Partial<Handlers<Api>> = {}) {
  const ends = pipe();
  const server = serve<Api, Events>(ends.server, {
    double: (value) => 2 * value,
    fail: () => { throw new ProblemError('file', 'It is gone.', 'Look elsewhere.'); },
    slow: () => new Promise(() => undefined),
    ...handlers,
  });
  return { server, connection: connect<Api, Events>(ends.client) };
}

test('answers a call with what the handler gives', async () => {
  const { connection } = joined();
  await expect(Promise.all([connection.api.double(2), connection.api.double(5)])).resolves.toEqual([4, 10]);
});

test('passes on cause and remedy of a failure', async () => {
  const { connection } = joined();
  await expect(connection.api.fail(undefined)).rejects.toMatchObject({
    problem: { code: 'file', cause: 'It is gone.', remedy: 'Look elsewhere.' },
  });
});

test('names the request when a handler breaks', async () => {
  const { connection } = joined({ double: () => { throw new TypeError('x is undefined'); } });
  await expect(connection.api.double(1)).rejects.toMatchObject({
    problem: { code: 'internal', cause: 'Request "double" failed: x is undefined' },
  });
});

test('answers a method it does not know, also an inherited one', async () => {
  const { connection } = joined();
  const api = connection.api as unknown as Record<string, (argument: undefined) => Promise<unknown>>;
  await expect(api['nothing']?.(undefined)).rejects.toMatchObject({ problem: { code: 'internal' } });
  await expect(api['toString']?.(undefined)).rejects.toMatchObject({ problem: { code: 'internal' } });
});

test('an answer that cannot be carried is an error, not silence', async () => {
  const { connection } = joined({ slow: () => (() => 'a function') as unknown as string });
  await expect(connection.api.slow(undefined)).rejects.toMatchObject({ problem: { code: 'internal' } });
});

test('cancelling rejects at once and raises the signal on the other side', async () => {
  const raised = vi.fn();
  const { connection } = joined({
    slow: (_nothing, signal) => new Promise(() => { signal.addEventListener('abort', raised); }),
  });
  const abort = new AbortController();
  const call = connection.api.slow(undefined, { signal: abort.signal });
  await Promise.resolve().then(() => undefined);
  abort.abort();
  await expect(call).rejects.toMatchObject({ problem: { code: 'cancelled' } });
  await vi.waitFor(() => { expect(raised).toHaveBeenCalledOnce(); });
});

test('closing fails what is under way and what comes later', async () => {
  const { connection } = joined();
  const call = connection.api.slow(undefined);
  connection.close({ code: 'engineEnded', cause: 'It ended.', remedy: 'Reopen it.' });
  await expect(call).rejects.toMatchObject({ problem: { cause: 'It ended.' } });
  await expect(connection.api.double(1)).rejects.toMatchObject({ problem: { cause: 'It ended.' } });
});

test('delivers events to listeners until they are disposed of', async () => {
  const { server, connection } = joined();
  const heard: number[] = [];
  const listening = connection.on('tick')((value) => heard.push(value));
  server.emit('tick', 1);
  await vi.waitFor(() => { expect(heard).toEqual([1]); });
  listening.dispose();
  server.emit('tick', 2);
  await connection.api.double(1);
  expect(heard).toEqual([1]);
});
