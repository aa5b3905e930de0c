/** The actions of the cluster tree. */
import type { TreeAction } from './action.ts';
import { agentStatus } from './agentStatus.ts';
import { captureWithOptions } from './captureWithOptions.ts';
import { deleteSaved } from './deleteSaved.ts';
import { deployAgent } from './deployAgent.ts';
import { deleteFromNode, fetchFromNode, listOnNode } from './onNode.ts';
import { removeAgent } from './removeAgent.ts';
import { renameSaved } from './renameSaved.ts';
import { repeatSaved } from './repeatSaved.ts';
import { revealSaved } from './revealSaved.ts';
import { startCapture } from './startCapture.ts';
import { upgradeAgent } from './upgradeAgent.ts';

export const treeActions: readonly TreeAction[] = [
  startCapture, captureWithOptions, repeatSaved, renameSaved, revealSaved, deleteSaved, fetchFromNode, deleteFromNode, listOnNode, agentStatus, deployAgent, upgradeAgent, removeAgent,
];
