/** An action of the cluster tree: one file each, listed in all.ts; command and menu stand in package.json. */
import type { LogOutputChannel, Memento } from 'vscode';
import type { ClusterTreeModel } from '../clusterTree/model.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import type { LocalCaptures } from '../localCaptures.ts';
import type { ReviewText } from '../reviewText.ts';

export interface ActionContext {
  readonly model: ClusterTreeModel;
  readonly captures: LocalCaptures;
  readonly memory: Memento;
  readonly log: LogOutputChannel;
  readonly review: ReviewText;
  /** Version of the extension, as package.json has it. */
  readonly version: string;
  /** Where the extension is installed: what it ships lies there. */
  readonly home: string;
  /** Draws anew what looks different by now. */
  readonly refresh: () => void;
}

export interface TreeAction {
  readonly command: string;
  /** `node`: what was chosen in the tree; undefined from the palette with nothing chosen. Throws with one sentence. */
  readonly run: (node: TreeNode | undefined, context: ActionContext) => Promise<void>;
}
