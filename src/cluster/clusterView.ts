/** One context of the kubeconfig as the tree sees it: lists that are begun when they are first asked for, and then watched. */
import type { Disposable } from '../base/disposable.ts';
import { Emitter } from '../base/event.ts';
import { reviewAccess, type Right } from './access.ts';
import { ApiClient } from './apiClient.ts';
import { ListWatch } from './listWatch.ts';
import { apiPath, resources, type ObjectOf, type ResourceName } from './resources.ts';

/** Changes are told together, milliseconds. */
const kBatch = 250;

/** What is known of a list now. */
export interface Known<T> {
  readonly items: readonly T[];
  /** The list has not come yet, and nothing is wrong. */
  readonly loading: boolean;
  /** One sentence: why it is not up to date. */
  readonly problem?: string;
  /** The account may not list these. */
  readonly forbidden: boolean;
}

/** An answer that is asked for once. */
export interface Asked<T> {
  readonly value?: T;
  readonly problem?: string;
}

export class ClusterView implements Disposable {
  public readonly context: string;
  private readonly kubeconfig: string;
  private client: ApiClient | undefined;
  private broken: string | undefined;
  private readonly lists = new Map<string, ListWatch<unknown>>();
  private readonly answers = new Map<string, Asked<unknown>>();
  private readonly changed = new Emitter<void>();
  private timer: NodeJS.Timeout | undefined;

  /** Something that was asked for is another now. */
  public readonly onChanged = this.changed.event;

  public constructor(context: string, kubeconfig: string) {
    this.context = context;
    this.kubeconfig = kubeconfig;
  }

  /** Whether anything has been asked of it since it was made or closed. */
  public get isOpen(): boolean {
    return this.client !== undefined || this.broken !== undefined;
  }

  /** One sentence: why the cluster does not answer, as far as it has been asked; a list that is forbidden is an answer. */
  public get hindrance(): string | undefined {
    const list = this.lists.get(apiPath('namespaces', ''));
    return this.broken ?? (list?.problemStatus === 403 ? undefined : list?.problem);
  }

  /** The objects of a kind in a namespace ('' where the kind has none), as far as they are known; begins to watch them. */
  public use<R extends ResourceName>(name: R, namespace: string): Known<ObjectOf<R>> {
    const client = this.open();
    if (client === undefined) return { items: [], loading: false, forbidden: false, problem: this.broken ?? '' };
    const path = apiPath(name, namespace);
    let list = this.lists.get(path);
    if (list === undefined) {
      list = new ListWatch<unknown>(client, path, resources[name].convert);
      this.lists.set(path, list);
      void list.follow(() => { this.tell(); });
    }
    const { problem, listed } = list;
    return {
      items: list.items as readonly ObjectOf<R>[],
      loading: !listed && problem === undefined,
      forbidden: problem !== undefined && list.problemStatus === 403,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  /** The objects of a kind in all lists of it that are watched by now; begins none. */
  public known<R extends ResourceName>(name: R): readonly ObjectOf<R>[] {
    const { group, plural } = resources[name];
    const lists = [...this.lists].filter(([path]) => path.startsWith(`${group}/`) && path.endsWith(`/${plural}`));
    return lists.flatMap(([, list]) => list.items as readonly ObjectOf<R>[]);
  }

  /** What `ask` answers, once it has; neither value nor problem before that. Asked once per `key` until the view is closed. */
  public once<T>(key: string, ask: (kubeconfig: string) => Promise<T>): Asked<T> {
    let known = this.answers.get(key) as Asked<T> | undefined;
    if (known === undefined) {
      known = {};
      const waiting: Asked<T> = known;
      this.answers.set(key, waiting);
      const take = (answer: Asked<T>): void => {
        // Closed meanwhile: it is asked anew.
        if (this.answers.get(key) !== waiting) return;
        this.answers.set(key, answer);
        this.tell();
      };
      ask(this.kubeconfig).then((value) => { take({ value }); }, (error: unknown) => { take({ problem: error instanceof Error ? error.message : String(error) }); });
    }
    return known;
  }

  /** What was answered does not hold any more: it is asked again. */
  public forget(key: string): void {
    this.answers.delete(key);
    this.tell();
  }

  /** One object as the API has it now. Throws ClusterError. */
  public async read(name: ResourceName, namespace: string, object: string): Promise<unknown> {
    return this.opened().read(apiPath(name, namespace, object));
  }

  /** Objects as the API has them now, of all namespaces where it is ''; `query`: labelSelector, fieldSelector. Throws ClusterError. */
  public async list(name: ResourceName, namespace: string, query: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
    return this.opened().list(`${apiPath(name, namespace)}?${new URLSearchParams(query).toString()}`);
  }

  /** Whether the user has a right; false also where the cluster does not say. */
  public async may(right: Right): Promise<boolean> {
    const client = this.open();
    if (client === undefined) return false;
    return reviewAccess(client, [right]).then(([answer]) => answer?.allowed === true, () => false);
  }

  /** Ends all watches; the next question begins them anew, with the kubeconfig and credentials as they are then. */
  public close(): void {
    for (const list of this.lists.values()) list.close();
    this.lists.clear();
    this.answers.clear();
    this.client = undefined;
    this.broken = undefined;
  }

  public dispose(): void {
    clearTimeout(this.timer);
    this.close();
    this.changed.dispose();
  }

  /** Throws what hinders it. */
  private opened(): ApiClient {
    const client = this.open();
    if (client === undefined) throw new Error(this.broken);
    return client;
  }

  private open(): ApiClient | undefined {
    if (this.client === undefined && this.broken === undefined) {
      try {
        this.client = ApiClient.open(this.context, this.kubeconfig);
      } catch (error) {
        this.broken = error instanceof Error ? error.message : String(error);
      }
    }
    return this.client;
  }

  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changed.fire();
    }, kBatch);
  }
}
