/** A list that is kept up to date: listed once, then watched; listed again where the server has forgotten the version. */
import { ClusterError, type ApiClient } from './apiClient.ts';

interface Meta {
  readonly metadata?: { readonly resourceVersion?: unknown; readonly uid?: unknown };
}

interface List extends Meta {
  readonly items?: unknown;
}

/** After a failure, milliseconds; doubled up to the second. */
const kFirstWait = 500;
const kLastWait = 30_000;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const uidOf = (object: unknown): string => textOf((object as Meta).metadata?.uid);
const versionOf = (object: unknown): string => textOf((object as Meta).metadata?.resourceVersion);

export class ListWatch<T> {
  private readonly client: ApiClient;
  private readonly path: string;
  private readonly convert: (object: unknown) => T;
  private readonly ended = new AbortController();
  private readonly objects = new Map<string, T>();
  private version = '';
  /** What keeps it from being up to date; undefined while it is. */
  public problem: string | undefined;

  public constructor(client: ApiClient, path: string, convert: (object: unknown) => T) {
    this.client = client;
    this.path = path;
    this.convert = convert;
  }

  public get items(): readonly T[] {
    return [...this.objects.values()];
  }

  /** Lists. Throws ClusterError. */
  public async list(): Promise<void> {
    const list = (await this.client.read(this.path)) as List;
    if (!Array.isArray(list.items)) throw new ClusterError(`The answer to ${this.path} is no list.`);
    this.objects.clear();
    for (const item of list.items as readonly unknown[]) this.objects.set(uidOf(item), this.convert(item));
    this.version = versionOf(list);
  }

  /** Watches from the list on until close(); `onChange` after each change. Does not throw: see `problem`. */
  public async follow(onChange: () => void): Promise<void> {
    for (let wait = kFirstWait; !this.ended.signal.aborted; ) {
      try {
        if (this.version === '') {
          await this.list();
          onChange();
        }
        await this.client.watch(this.path, this.version, ({ type, object }) => {
          this.take(type, object);
          if (type !== 'BOOKMARK' && type !== 'ERROR') onChange();
        }, this.ended.signal);
        this.problem = undefined;
        wait = kFirstWait;
      } catch (error) {
        this.problem = error instanceof Error ? error.message : String(error);
        if (error instanceof ClusterError && error.status === 410) this.version = '';
        await this.pause(wait);
        wait = Math.min(wait * 2, kLastWait);
      }
    }
  }

  private take(type: string, object: unknown): void {
    if (type === 'ERROR') {
      // Most often "too old resource version": all is listed anew.
      this.version = '';
      return;
    }
    this.version = versionOf(object);
    if (type === 'DELETED') this.objects.delete(uidOf(object));
    else if (type !== 'BOOKMARK') this.objects.set(uidOf(object), this.convert(object));
  }

  private async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.ended.signal.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
    });
  }

  public close(): void {
    this.ended.abort();
  }
}
