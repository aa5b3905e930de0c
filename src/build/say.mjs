/** Messages of the build scripts and running programs with a clear failure. No dependencies, node >= 18. */
import { spawnSync } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';

/** One line of progress on stderr, so that stdout stays for what a script answers. */
export function say(text) {
  process.stderr.write(`stratoshark: ${text}\n`);
}

/** A failure that is told to the user as one sentence, without a stack. */
export class BuildError extends Error {}

/** Ends the process with the message of `error`; a bug keeps its stack. */
export function fail(error) {
  say(error instanceof BuildError ? error.message : String(error?.stack ?? error));
  process.exit(1);
}

/**
 * Runs a program to its end. With `log` its output goes to that file and only the tail is shown on failure.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, log?: string, why?: string}} [options]
 */
export function run(command, args, options = {}) {
  const { cwd, env, log, why } = options;
  const fd = log === undefined ? undefined : openSync(log, 'a');
  const result = spawnSync(command, args, { cwd, env, stdio: ['ignore', fd ?? 2, fd ?? 2] });
  if (fd !== undefined) closeSync(fd);
  if (result.error) throw new BuildError(`cannot run ${command}: ${result.error.message}${why ? ` (needed: ${why})` : ''}`);
  if (result.status === 0) return;
  const tail = log === undefined ? '' : `\n${readFileSync(log, 'utf8').split('\n').slice(-40).join('\n')}`;
  throw new BuildError(
    `${command} ${args.slice(0, 6).join(' ')} ended with ${result.status ?? result.signal}${why ? `; it was to ${why}` : ''}${tail}`,
  );
}

/** Output of a program, trimmed; undefined when it fails or is not there. */
export function output(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  return result.status === 0 ? result.stdout.trim() : undefined;
}
