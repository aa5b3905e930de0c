/**
 * The one wire form of every typed boundary (webview ↔ host, host ↔ engine) and the mapped types
 * that derive client, server and messages from an interface. Types only; the runtime is src/base/rpc.ts.
 *
 * An API is an interface whose methods take at most one argument, so that caller and handler
 * cannot disagree on the order of several. Every call ends in exactly one reply: `ok` or `err`.
 */

/** Why something could not be done and what to do about it. Both are whole sentences, shown as they are. */
export interface Problem {
  readonly code: ProblemCode;
  readonly cause: string;
  /** '' when `cause` already says what to do. */
  readonly remedy: string;
}

export type ProblemCode =
  /** A newer request or the user ended this one: never shown. */
  | 'cancelled'
  /** The file cannot be opened or read. */
  | 'file'
  /** The file shrank or was written anew since it was opened: what was read is lost. */
  | 'fileChanged'
  /** The file's name is gone or names another file; what was read is still there. */
  | 'fileGone'
  /** What the user typed is not valid. */
  | 'invalid'
  /** The engine process is gone. */
  | 'engineEnded'
  /** No engine for this platform, or it could not be started. */
  | 'engineMissing'
  /** A fault of this program. */
  | 'internal';

type Method = (argument: never) => unknown;

/** Names of the methods of an API. */
export type MethodName<Api> = { [K in keyof Api]: Api[K] extends Method ? K : never }[keyof Api] & string;

/** What a method takes: `undefined` where it takes nothing. */
export type Argument<Api, K extends MethodName<Api>> =
  Api[K] extends () => unknown ? undefined
  : Api[K] extends (argument: infer A) => unknown ? A
  : never;

/** What a method answers. */
export type Answer<Api, K extends MethodName<Api>> =
  Api[K] extends (...argument: never[]) => infer R ? Awaited<R> : never;

/** How a call may be ended by its caller. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** What the calling side holds: the API's methods, asynchronous and cancellable. */
export type Client<Api> = {
  readonly [K in MethodName<Api>]: (argument: Argument<Api, K>, options?: CallOptions) => Promise<Answer<Api, K>>;
};

/** What the answering side provides. `signal` is raised when the caller is no longer interested. */
export type Handlers<Api> = {
  readonly [K in MethodName<Api>]: (
    argument: Argument<Api, K>,
    signal: AbortSignal,
  ) => Answer<Api, K> | Promise<Answer<Api, K>>;
};

/** Messages without an answer, from the answering to the calling side: event name → its data. */
export type EventName<Events> = keyof Events & string;

/** From the calling side. */
export type RequestMessage<Api> =
  | { readonly [K in MethodName<Api>]: CallMessage<K, Argument<Api, K>> }[MethodName<Api>]
  | CancelMessage;

export interface CallMessage<K, A> {
  readonly kind: 'call';
  readonly id: number;
  readonly method: K;
  readonly argument: A;
}

export interface CancelMessage {
  readonly kind: 'cancel';
  readonly id: number;
}

/** From the answering side. */
export type ReplyMessage<Events> =
  | { readonly kind: 'ok'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'err'; readonly id: number; readonly problem: Problem }
  | { readonly [K in EventName<Events>]: EventMessage<K, Events[K]> }[EventName<Events>];

export interface EventMessage<K, D> {
  readonly kind: 'event';
  readonly event: K;
  readonly data: D;
}
