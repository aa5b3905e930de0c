/** What actions on saved captures start from: the file a node of the tree stands for. */
import { basename, dirname } from 'node:path';
import { ProblemError } from '../../base/problem.ts';
import type { TreeNode } from '../clusterTree/node.ts';
import type { LocalCaptures } from '../localCaptures.ts';

export interface SavedFile {
  readonly path: string;
  readonly name: string;
  readonly folder: string;
}

/** Throws where it is no saved capture. */
export function savedFileOf(node: TreeNode | undefined): SavedFile {
  const path = node?.command?.argument;
  if (node?.menu.startsWith('capture') !== true || typeof path !== 'string') throw new ProblemError('invalid', 'No saved capture is chosen.', 'Choose one below Captures in the cluster tree.');
  return { path, name: basename(path), folder: dirname(path) };
}

/** Throws while it is being written. */
export function mustRest({ path, name }: SavedFile, captures: LocalCaptures, what: string): void {
  if (captures.running.some((one) => one.path === path)) throw new ProblemError('invalid', `${name} is being written and cannot be ${what}.`, 'Stop the capture first.');
}
