/** The page's two ties to its host: typed calls, and the state that the host keeps for this page. */
import { connect, type Connection } from '../../src/base/rpc.ts';
import type { ReplyMessage, RequestMessage } from '../../src/contract/rpc.ts';

/** What VS Code injects into a webview (the development page provides the same). */
interface WebviewHost {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewHost;

const host = acquireVsCodeApi();

/** Opens the typed connection to the host; once per page. */
export const connectToHost = <Api, Events>(): Connection<Api, Events> =>
  connect<Api, Events>({
    send: (message: RequestMessage<Api>) => { host.postMessage(message); },
    onMessage: (receive) => {
      window.addEventListener('message', (event: MessageEvent<ReplyMessage<Events>>) => { receive(event.data); });
    },
  });

/** State that survives the page: read once, written lazily. Unknown or old parts fall back to the defaults. */
export class PageState<T extends object> {
  private readonly values: T;
  /** Runs while the host has not got the last of it. */
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Called after the host has got it. */
  public onKept: ((values: Readonly<T>) => void) | undefined;

  public constructor(defaults: T) {
    const saved = host.getState();
    this.values = { ...defaults, ...(typeof saved === 'object' ? saved : undefined) };
    // Who turns to something else may close or reload this page there; from the page's own end no message is sure to arrive.
    window.addEventListener('blur', () => { this.keep(); });
  }

  public get<K extends keyof T>(name: K): T[K] {
    return this.values[name];
  }

  public set<K extends keyof T>(name: K, value: T[K]): void {
    this.values[name] = value;
    this.timer ??= setTimeout(() => { this.keep(); }, 200);
  }

  private keep(): void {
    if (this.timer !== undefined) {
      clearTimeout(this.timer);
      this.timer = undefined;
      host.setState(this.values);
      this.onKept?.(this.values);
    }
  }
}
