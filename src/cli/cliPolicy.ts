/**
 * The commands about policies, a bundle of their own (dist/cliPolicy.js): the YAML reader, the evaluator and the
 * cluster client are most of the command's code, and reading a capture must not wait for their parsing.
 */
export { policy } from './policy.ts';
export { verify } from './verify.ts';
