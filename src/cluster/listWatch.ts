/** A list that is kept up to date: listed once, then watched; listed again where the server has forgotten the version. */
import { ClusterError, type ApiClient } from './apiClient.ts';

interface Meta {
  readonly metadata?: { readonly resourceVersion?: unknown; readonly uid?: unknown; readonly continue?: unknown };
}

interface List extends Meta {
  readonly items?: unknown;
}

/** After a failure, milliseconds; doubled up to the second. */
const kFirstWait = 500;
const kLastWait = 30_000;
/** Objects asked for at a time, as kubectl does. */
const kPage = 500;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const uidOf = (object: unknown): string => textOf((object as Meta).metadata?.uid);
const versionOf = (object: unknown): string => textOf((object as Meta).metadata?.resourceVersion);

export class ListWatch<T> {
  private readonly client: ApiClient;
  private readonly path: string;
  private readonly convert: (object: unknown) => T;
  private readonly ended = new AbortController();
  private objects = new Map<string, T>();
  private version = '';
  /** What keeps it from being up to date; undefined while it is. */
  public problem: string | undefined;
  /** Status of the HTTP answer behind `problem`, where there was one. */
  public problemStatus: number | undefined;
  /** Whether the list has been read once. */
  public listed = false;

  public constructor(client: ApiClient, path: string, convert: (object: unknown) => T) {
    this.client = client;
    this.path = path;
    this.convert = convert;
  }

  public get items(): readonly T[] {
    return [...this.objects.values()];
  }

  /** Lists, page by page: what objects hold beyond what is kept is let go with its page. Throws ClusterError. */
  public async list(): Promise<void> {
    const objects = new Map<string, T>();
    let version: string;
    try {
      version = await this.pages(objects, kPage);
    } catch (error) {
      // The rest of a paged list expires after some minutes: it is then read in one piece.
      if (!(error instanceof ClusterError && error.status === 410)) throw error;
      objects.clear();
      version = await this.pages(objects, 0);
    }
    this.objects = objects;
    this.version = version;
    this.listed = true;
    this.problem = undefined;
  }

  /** The version of the list. */
  private async pages(objects: Map<string, T>, size: number): Promise<string> {
    for (let next = ''; ;) {
      const query = new URLSearchParams({ ...(size === 0 ? {} : { limit: String(size) }), ...(next === '' ? {} : { continue: next }) });
      const page = (await this.client.read(query.size === 0 ? this.path : `${this.path}${this.path.includes('?') ? '&' : '?'}${query.toString()}`)) as List;
      if (!Array.isArray(page.items)) throw new ClusterError(`The answer to ${this.path} is no list.`);
      for (const item of page.items as readonly unknown[]) objects.set(uidOf(item), this.convert(item));
      next = textOf(page.metadata?.continue);
      if (next === '' || this.ended.signal.aborted) return versionOf(page);
    }
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
        }, this.ended.signal, () => {
          if (this.problem === undefined) return;
          this.problem = undefined;
          onChange();
        });
        wait = kFirstWait;
      } catch (error) {
        if (this.isClosed()) return;
        this.problem = error instanceof Error ? error.message : String(error);
        this.problemStatus = error instanceof ClusterError ? error.status : undefined;
        onChange();
        if (this.problemStatus === 410) this.version = '';
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

  private isClosed(): boolean {
    return this.ended.signal.aborted;
  }

  public close(): void {
    this.ended.abort();
  }
}
