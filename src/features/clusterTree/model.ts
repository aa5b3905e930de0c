/** The whole tree: contexts of the kubeconfig, each with a view of its own, so that a dead cluster holds up no other. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import { loadKubeconfig } from '../../cluster/apiClient.ts';
import { ClusterView } from '../../cluster/clusterView.ts';
import { contextNode } from './clusters.ts';
import type { AgentFacts, Scope, TreeNode } from './node.ts';

/** What the user has set, per context. */
export interface Choices {
  readonly pinned: Readonly<Record<string, readonly string[]>>;
  readonly typed: Readonly<Record<string, readonly string[]>>;
}

export class ClusterTreeModel implements Disposable {
  private readonly views = new Map<string, ClusterView>();
  private readonly changed = new Emitter<void>();
  public readonly onChanged = this.changed.event;
  /** '' shows everything. */
  public filter = '';
  public kubeconfig = '';
  public choices: Choices = { pinned: {}, typed: {} };
  public agents: AgentFacts = { namespace: 'monitoring', version: '' };

  /** The contexts, or a sentence why they cannot be read. Nothing is connected. */
  public roots(): readonly TreeNode[] {
    try {
      const config = loadKubeconfig(this.kubeconfig);
      const servers = new Map(config.getClusters().map(({ name, server }) => [name, server]));
      const current = config.getCurrentContext();
      return config.getContexts().filter(({ name }) => !isInvented(name)).map(({ name, cluster }) =>
        contextNode(this.scopeOf(name), { name, server: servers.get(cluster) ?? '', current: name === current }));
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return [{ id: 'kubeconfig', label: text, icon: 'warning', menu: 'problem', context: '', tooltip: [text] }];
    }
  }

  /** The current context, for trees that show no other. Throws ClusterError. */
  public here(): { readonly kubeconfig: string; readonly context: string; readonly namespace: string } {
    const config = loadKubeconfig(this.kubeconfig);
    const context = config.getCurrentContext();
    const files = this.kubeconfig || process.env['KUBECONFIG'] || join(homedir(), '.kube', 'config');
    return { kubeconfig: files, context, namespace: config.getContextObject(context)?.namespace ?? '' };
  }

  public viewOf(context: string): ClusterView {
    let view = this.views.get(context);
    if (view === undefined) {
      view = new ClusterView(context, this.kubeconfig);
      view.onChanged(() => { this.changed.fire(); });
      this.views.set(context, view);
    }
    return view;
  }

  /** Begins anew with one cluster ('' with all, and the kubeconfig). */
  public reconnect(context: string): void {
    for (const [name, view] of this.views) {
      if (context !== '' && name !== context) continue;
      view.dispose();
      this.views.delete(name);
    }
    this.changed.fire();
  }

  public dispose(): void {
    for (const view of this.views.values()) view.dispose();
    this.views.clear();
    this.changed.dispose();
  }

  private scopeOf(context: string): Scope {
    return {
      view: this.viewOf(context),
      filter: this.filter,
      pinned: new Set(this.choices.pinned[context] ?? []),
      typed: this.choices.typed[context] ?? [],
      agents: this.agents,
    };
  }
}

/** Without any kubeconfig the client library makes up a context for http://localhost:8080. */
const isInvented = (name: string): boolean => name === 'loaded-context';
