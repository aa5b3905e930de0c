/**
 * The runtime of every typed boundary (contract: src/contract/rpc.ts). It only pairs replies with calls:
 * what carries the messages is a Channel. No call waits for ever: it ends by reply, cancellation or close.
 */
import type {
  Answer, Argument, CallOptions, Client, EventName, Handlers, MethodName, Problem, ReplyMessage, RequestMessage,
} from '../contract/rpc.ts';
import type { Disposable } from './disposable.ts';
import { Emitter, type Event } from './event.ts';
import { cancelled, fromProblem, toProblem } from './problem.ts';

/** Carries whole messages, in order, both ways. */
export interface Channel<Send, Receive> {
  /** May throw or drop when the other side is gone; the owner then calls `close`. */
  send(message: Send): void;
  /** At most one receiver. */
  onMessage(receive: (message: Receive) => void): void;
}

export interface Connection<Api, Events> extends Disposable {
  readonly api: Client<Api>;
  on<K extends EventName<Events>>(event: K): Event<Events[K]>;
  /** Fails all calls under way, and all later ones, with this problem. */
  close(problem: Problem): void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** The calling side. Method names need no list: the API's type has them, the other side answers unknown ones. */
export function connect<Api, Events>(
  channel: Channel<RequestMessage<Api>, ReplyMessage<Events>>,
): Connection<Api, Events> {
  const pending = new Map<number, Pending>();
  const emitters = new Map<string, Emitter<unknown>>();
  let nextId = 1;
  let closed: Problem | undefined;

  const emitter = (name: string): Emitter<unknown> => {
    const known = emitters.get(name) ?? new Emitter<unknown>();
    emitters.set(name, known);
    return known;
  };

  channel.onMessage((message) => {
    if (message.kind === 'event') {
      emitters.get(message.event)?.fire(message.data);
      return;
    }
    const call = pending.get(message.id);
    pending.delete(message.id);
    if (message.kind === 'ok') {
      call?.resolve(message.value);
    } else {
      call?.reject(fromProblem(message.problem));
    }
  });

  const call = <K extends MethodName<Api>>(method: K, argument: Argument<Api, K>, options?: CallOptions) =>
    new Promise<Answer<Api, K>>((resolve, reject) => {
      const signal = options?.signal;
      if (closed !== undefined || signal?.aborted === true) {
        reject(closed !== undefined ? fromProblem(closed) : cancelled());
        return;
      }
      const id = nextId++;
      const abort = (): void => {
        if (pending.delete(id)) {
          channel.send({ kind: 'cancel', id });
          reject(cancelled());
        }
      };
      const settled = (): void => signal?.removeEventListener('abort', abort);
      pending.set(id, {
        resolve: (value) => { settled(); resolve(value as Answer<Api, K>); },
        reject: (reason) => { settled(); reject(reason); },
      });
      signal?.addEventListener('abort', abort);
      channel.send({ kind: 'call', id, method, argument } as RequestMessage<Api>);
    });

  const close = (problem: Problem): void => {
    closed ??= problem;
    const open = [...pending.values()];
    pending.clear();
    for (const waiting of open) {
      waiting.reject(fromProblem(problem));
    }
  };

  return {
    api: clientOf<Api>(call),
    on: <K extends EventName<Events>>(event: K) => emitter(event).event as Event<Events[K]>,
    close,
    dispose: () => { close(cancelled().problem); },
  };
}

type Call<Api> = <K extends MethodName<Api>>(
  method: K, argument: Argument<Api, K>, options?: CallOptions,
) => Promise<Answer<Api, K>>;

function clientOf<Api>(call: Call<Api>): Client<Api> {
  return new Proxy({}, {
    get: (_target, name) =>
      // A client must not look like a promise, or awaiting it would call `then` on the other side.
      name === 'then' || typeof name === 'symbol' ? undefined
      : (argument: never, options?: CallOptions) => call(name as MethodName<Api>, argument, options),
  }) as Client<Api>;
}

type Reply<Events> = Extract<ReplyMessage<Events>, { readonly id: number }>;

export interface Server<Events> {
  emit<K extends EventName<Events>>(event: K, data: Events[K]): void;
}

/** The answering side: one reply to every call, also to unknown methods and to handlers that throw. */
export function serve<Api, Events>(
  channel: Channel<ReplyMessage<Events>, RequestMessage<Api>>,
  handlers: Handlers<Api>,
): Server<Events> {
  const running = new Map<number, AbortController>();

  const answer = async (message: Extract<RequestMessage<Api>, { kind: 'call' }>): Promise<Reply<Events>> => {
    const { id, method } = message;
    const abort = new AbortController();
    running.set(id, abort);
    try {
      if (!Object.hasOwn(handlers, method)) {
        throw new Error('this side does not know the request');
      }
      return { kind: 'ok', id, value: await handlers[method](message.argument, abort.signal) };
    } catch (thrown) {
      return { kind: 'err', id, problem: toProblem(thrown, `Request "${method}"`) };
    } finally {
      running.delete(id);
    }
  };

  channel.onMessage((message) => {
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    void answer(message).then(reply);
  });

  /** An answer that the channel cannot carry becomes an error; one for a side that is gone is dropped. */
  const reply = (answered: Reply<Events>): void => {
    try {
      channel.send(answered);
    } catch (thrown) {
      try {
        channel.send({ kind: 'err', id: answered.id, problem: toProblem(thrown, 'Sending the answer') });
      } catch {
        // Nobody is there to be told.
      }
    }
  };

  return {
    emit: (event, data) => { channel.send({ kind: 'event', event, data } as unknown as ReplyMessage<Events>); },
  };
}
