/** Why a node of the tree cannot be captured: one sentence. */
export class NoTarget extends Error {}
