/** The lab's programs: compiled once from Go modules and kept by a hash of all they are made from. */
import { spawn } from 'node:child_process';
import { linkSync, lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { cached, contentHash } from '../../src/build/cache.mjs';
import { BuildError, run, say } from '../../src/build/say.mjs';
import { KUBERNETES_VERSION } from './config.ts';
import { goModule, goProgram } from './go.ts';

interface Program {
  readonly name: string;
  readonly why: string;
  /** Names it is also called by: it does what its name says. */
  readonly links: readonly string[];
  readonly minutes: string;
}

const programs: readonly Program[] = [
  {
    name: 'kubernetes', why: `Kubernetes ${KUBERNETES_VERSION}: etcd, API server, controllers, scheduler, kubelet, kube-proxy and kubectl in one`, minutes: 'about 10 minutes on two cores, after 150 MB of Go modules have come',
    links: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'],
  },
  { name: 'coredns', why: 'the cluster\'s DNS', links: [], minutes: 'about a minute' },
  { name: 'enforcer', why: 'enforces NetworkPolicies on the nodes', links: [], minutes: 'a few seconds' },
  { name: 'demoapp', why: 'servers and traffic of the demo application', links: [], minutes: 'a few seconds' },
];

/** Sets the version the components report; built from modules, there is no commit to name. */
function linkerFlags(): string {
  const [, minor = ''] = KUBERNETES_VERSION.split('.');
  const values = { gitVersion: KUBERNETES_VERSION, gitMajor: '1', gitMinor: minor, gitTreeState: 'clean', gitCommit: 'module' };
  const set = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`));
  return ['-s', '-w', ...set].join(' ');
}

function sources(name: string): readonly string[] {
  const dir = join(goModule, 'cmd', name);
  return [join(goModule, 'go.mod'), join(goModule, 'go.sum'), ...readdirSync(dir).sort().map((file) => join(dir, file))];
}

const keyOf = (name: string): string => `lab-${name}-${contentHash({ texts: [linkerFlags(), process.arch], files: [...sources(name)] })}`;

/** Compiles one program into `dir`, with a line of progress every half minute. */
function compile(go: string, program: Program, dir: string): void {
  const started = Date.now();
  say(`compiling ${program.name} — ${program.why} (${program.minutes}, once)`);
  // A clock of its own: this process waits for the compiler.
  const clock = spawn('sh', ['-c', `while sleep 30 && kill -0 ${process.pid} 2>/dev/null; do echo "stratoshark: still compiling ${program.name}" >&2; done`], { stdio: ['ignore', 'ignore', 'inherit'] });
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: `${process.env.GOFLAGS ?? ''} -mod=readonly -trimpath -buildvcs=false`.trim(), GOWORK: 'off' };
  try {
    run('nice', ['-n', '19', go, 'build', '-ldflags', linkerFlags(), '-o', join(dir, program.name), `./cmd/${program.name}`], { cwd: goModule, env, why: `compile ${program.name}` });
  } finally {
    clock.kill();
  }
  for (const link of program.links) symlinkSync(program.name, join(dir, link));
  say(`${program.name} compiled in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

function place(from: string, to: string): void {
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else linkSync(from, to);
}

/** Directory with all of the lab's programs; compiles those that are not there. */
export function labBinaries(): string {
  if (process.platform !== 'linux') throw new BuildError('the lab needs Linux: it runs Kubernetes in namespaces of this machine');
  let go: string | undefined;
  const dirs = programs.map((program) => cached(keyOf(program.name), (dir) => {
    go ??= goProgram();
    compile(go, program, dir);
  }));
  // One directory with all of them, whole without the others: nodes see this one only.
  return cached(`lab-programs-${contentHash({ texts: dirs })}`, (dir) => {
    for (const from of dirs) for (const name of readdirSync(from)) place(join(from, name), join(dir, name));
  });
}

/** Hash that stands for the content of one program: part of the keys of images made from it. */
export const programKey = keyOf;

/** The version in go.mod, to hold KUBERNETES_VERSION against. */
export function kubernetesInModule(): string {
  return /^\tk8s\.io\/kubernetes (\S+)$/m.exec(readFileSync(join(goModule, 'go.mod'), 'utf8'))?.[1] ?? '';
}
