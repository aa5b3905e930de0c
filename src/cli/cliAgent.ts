/** What an agent in a cluster does, a bundle of its own (dist/cliAgent.js): reading a file must not wait for the cluster client. */
export { agentCommand } from './agent.ts';
export { capturePods } from './capturePods.ts';
export { guestCommand } from './guest.ts';
export { framedCapture, sessionCommand } from './framed.ts';
