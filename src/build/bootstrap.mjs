#!/usr/bin/env node
/**
 * First step of every `npm run`: gets what is missing (saying what and why), then runs the asked task
 * on node 24. Runs on node >= 18 with no module installed, so nothing here may import a dependency.
 *   node src/build/bootstrap.mjs TASK [ARGS…]
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './cache.mjs';
import { installModules, nodeHome, runtimeEnv } from './node-runtime.mjs';
import { BuildError, fail, say } from './say.mjs';
import { installPackages } from './system-packages.mjs';

/** Tasks: the script that does it, and the set of system packages it needs. */
const tasks = {
  test: { script: 'src/build/test.ts', packages: 'test' },
  /** It builds first; what its options need besides it installs itself. */
  demo: { script: 'src/build/demo.ts', packages: 'build' },
  build: { script: 'src/build/build.ts', packages: 'build' },
  package: { script: 'src/build/package.ts', packages: 'build' },
  native: { script: 'src/build/native.ts', packages: 'build' },
  /** A Kubernetes cluster on this machine: see test/lab/main.ts. */
  lab: { script: 'test/lab/main.ts', packages: 'lab' },
  /** `npm run exec -- PROGRAM ARGS…`: any program, with node 24 and node_modules/.bin first on PATH. */
  exec: { packages: undefined },
};

function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const task = tasks[name];
  if (task === undefined) throw new BuildError(`unknown task "${name}"; there are ${Object.keys(tasks).join(', ')}`);
  if (task.packages) installPackages(task.packages);
  const home = nodeHome();
  installModules(home);
  const env = runtimeEnv(home);
  env.PATH = `${join(home, 'bin')}:${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  if (task.script && !existsSync(join(root, task.script))) throw new BuildError(`${task.script} is not there yet`);
  const [command, ...rest] = task.script ? [join(home, 'bin', 'node'), join(root, task.script), ...args] : args;
  const child = spawn(command, rest, { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(new BuildError(`cannot run ${command}: ${error.message}`)));
  child.on('exit', (code, signal) => {
    if (signal) say(`${name} was ended by ${signal}`);
    process.exit(code ?? 1);
  });
}

try {
  main();
} catch (error) {
  fail(error);
}
