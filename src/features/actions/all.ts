/** The actions of the cluster tree. */
import type { TreeAction } from './action.ts';
import { agentStatus } from './agentStatus.ts';
import { deployAgent } from './deployAgent.ts';
import { removeAgent } from './removeAgent.ts';
import { upgradeAgent } from './upgradeAgent.ts';

export const treeActions: readonly TreeAction[] = [agentStatus, deployAgent, upgradeAgent, removeAgent];
