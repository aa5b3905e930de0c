/** Finding one's way in a dissection tree. */
import type { TreeNode } from '../../src/contract/capture.ts';

export const visibleNodes = (nodes: readonly TreeNode[]): readonly TreeNode[] =>
  nodes.filter(({ hidden }) => hidden !== true);

export const childrenOf = ({ children }: TreeNode): readonly TreeNode[] =>
  children === undefined ? [] : visibleNodes(children);

/**
 * What a node is called among its siblings, in any packet. A text-only node is known by its words up to
 * the value: "Flags: 0x018 (PSH, ACK)" is "Flags".
 */
export const keyOf = ({ field, label }: TreeNode): string => (field !== '' ? field : (label.split(/[:,=]/, 1)[0] ?? ''));

/** Whether a node is a tree's top or somewhere below it. */
export const isWithin = (top: TreeNode, node: TreeNode): boolean =>
  top === node || (top.children ?? []).some((child) => isWithin(child, node));

/**
 * The innermost visible field over a byte: the shortest, of equally short ones the deepest, then the first.
 * Branches are searched even where the parent does not cover the byte (a reassembled body below a TCP node).
 */
export function fieldAt(nodes: readonly TreeNode[], source: number, offset: number): TreeNode | undefined {
  let best: { readonly node: TreeNode; readonly depth: number } | undefined;
  const search = (among: readonly TreeNode[], depth: number): void => {
    for (const node of visibleNodes(among)) {
      const shorter = best === undefined ? Number.POSITIVE_INFINITY : best.node.length - node.length;
      if (covers(node, source, offset) && (shorter > 0 || (shorter === 0 && depth > (best?.depth ?? 0)))) {
        best = { node, depth };
      }
      search(node.children ?? [], depth + 1);
    }
  };
  search(nodes, 0);
  return best?.node;
}

/** Generated fields point at the bytes they were computed from; a byte itself is never one of them. */
const covers = (node: TreeNode, source: number, offset: number): boolean =>
  node.generated !== true && node.source === source && offset >= node.offset && offset < node.offset + node.length;
