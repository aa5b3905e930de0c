/** Installs the system packages that are missing (see requirements.mjs), saying which and why. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { requirements } from './requirements.mjs';
import { BuildError, output, run, say } from './say.mjs';

function onPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function present(name) {
  return name.startsWith('/') ? existsSync(name) : onPath(name);
}

/** Packages of `task` that the machine lacks. */
export function missingPackages(task) {
  return requirements.filter(({ has, tasks }) => tasks.includes(task) && !has.some(present));
}

function privileged() {
  if (process.getuid?.() === 0) return [];
  if (output('sudo', ['-n', 'true']) !== undefined || (process.stdin.isTTY && onPath('sudo'))) return ['sudo'];
  return undefined;
}

/** Makes sure that the packages of `task` are there. Does nothing, fast, when they are. */
export function installPackages(task) {
  const missing = missingPackages(task);
  if (missing.length === 0) return;
  for (const { apt, why } of missing) say(`missing: ${apt} — ${why}`);
  const names = missing.map(({ apt }) => apt);
  const line = `apt-get install ${names.join(' ')}`;
  if (!onPath('apt-get')) throw new BuildError(`this system has no apt-get; install the packages above by its own means and start again`);
  const prefix = privileged();
  if (prefix === undefined) throw new BuildError(`neither root nor sudo: ask for "${line}" and start again`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (args, why) => {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    run(command, rest, { env, why });
  };
  say(`installing with ${line} (the first time takes a minute or two)`);
  apt(['update', '-q'], 'refresh the list of packages');
  apt(['install', '-y', '-q', '--no-install-recommends', ...names], 'install what is missing');
}
