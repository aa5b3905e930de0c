/** What of the Kubernetes extension's published API (vscode-kubernetes-tools-api: broker, clusterexplorer v1_1, configuration v1) is used. */

export type Offer<T> = { readonly available: true; readonly api: T } | { readonly available: false; readonly reason: string };

/** What its `activate` answers. */
export interface ApiBroker {
  get(component: string, version: string): Offer<unknown>;
}

export interface ResourceNode {
  readonly nodeType: 'resource';
  readonly name: string;
  /** null: of the cluster, or in the namespace that is current. */
  readonly namespace: string | null;
  readonly resourceKind: { readonly manifestKind: string; readonly abbreviation: string };
}

/** Others are not acted upon. */
export type ExplorerNode = ResourceNode | { readonly nodeType: string };

export interface NodeSource {
  at(parentFolder: string | undefined): unknown;
}

export interface ClusterExplorer {
  /** undefined where the argument is no row of its tree. */
  resolveCommandTarget(target?: unknown): ExplorerNode | undefined;
  registerNodeContributor(contributor: unknown): void;
  readonly nodeSources: {
    resourceFolder(displayName: string, pluralDisplayName: string, manifestKind: string, abbreviation: string): NodeSource;
  };
}

export interface Configuration {
  getKubeconfigPath(): { readonly isHostPath: true; readonly path: string } | { readonly isHostPath: false; readonly guestPath: string };
}
