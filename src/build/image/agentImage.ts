/**
 * The agent's image as an OCI archive: Node without its symbols, the command line, the addon, and unmodified programs of
 * this Debian to look around with (sh, bash, ip, find, tar …). `node src/build/image/agentImage.ts FILE` writes it,
 * `… --context FOLDER` what bpf/deploy/Dockerfile makes the same of.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { contentHash, root } from '../cache.mjs';
import { BuildError, fail, run, say } from '../say.mjs';
import { libraryEntries } from './elf.ts';
import { type ImageEntry, layerOf, writeImage } from './ociImage.ts';

export const AGENT_IMAGE = 'localhost/stratoshark/agent:local';

/** Programs of the image beside our own; tar is what `kubectl cp` runs there. */
const PROGRAMS = [
  '/bin/sh', '/bin/bash', '/bin/cat', '/bin/date', '/bin/grep', '/bin/ls', '/bin/mkdir', '/bin/rm', '/bin/sleep', '/bin/tar', '/bin/uname',
  '/usr/bin/find', '/usr/bin/tr', '/usr/bin/stat', '/usr/bin/head', '/usr/bin/wc', '/sbin/ip',
];
/** Loaded by name where it is there (eBPF); so `ldd` does not list it. */
const LIBBPF = ['/usr/lib/x86_64-linux-gnu/libbpf.so.1', '/usr/lib/aarch64-linux-gnu/libbpf.so.1', '/usr/lib64/libbpf.so.1'];
const BUNDLES = ['cli.js', 'cliAgent.js', 'cliPolicy.js'];
const HOME = '/opt/stratoshark';

const addonOf = (): string => process.env.STRATOSHARK_ADDON ?? join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'stratoshark.node');

/** What has to be built before: the files that are missing. */
export function agentImageLacks(): readonly string[] {
  return [...BUNDLES.map((name) => join(root, 'dist', name)), addonOf()].filter((file) => !existsSync(file));
}

/** The program without symbols, which are most of its size. */
function stripped(from: string, to: string): string {
  copyFileSync(from, to);
  run('strip', ['--strip-unneeded', to], { why: 'make the image smaller' });
  return to;
}

/** Names that a package may have a file under: as they were before /bin, /lib and /sbin became links. */
const namesOf = (path: string): readonly string[] => [realpathSync(path), path].flatMap((name) => [name, name.replace(/^\/usr/, ''), `/usr${name}`]);

/** Lines of dpkg-query; it ends with 1 where it does not know one of many. */
const packages = (args: readonly string[]): readonly string[] => spawnSync('dpkg-query', args, { encoding: 'utf8', maxBuffer: 64 << 20 }).stdout.split('\n');

/** Where the source of each file is: what the licences of Debian's programs ask of who passes them on. */
function originsOf(paths: readonly string[]): readonly string[] {
  const owners = new Map(packages(['-S', ...paths.flatMap(namesOf)]).map((line) => /^(\S+): (.*)$/.exec(line)).filter((match) => match !== null).map(([, owner = '', path = '']) => [path, owner]));
  const sources = new Map(packages(['-W', '-f', '${binary:Package} ${source:Package} ${source:Version}\n', ...new Set(owners.values())]).map((line) => [line.split(' ')[0], line.split(' ').slice(1).join(' ')]));
  return paths.map((path) => {
    const owner = namesOf(path).map((name) => owners.get(name)).find((name) => name !== undefined);
    const source = owner === undefined ? undefined : sources.get(owner) ?? sources.get(owner.replace(/:.*$/, ''));
    if (source === undefined) return `${path} ?`;
    const [name = '', version = ''] = source.split(' ');
    const pool = `${/^lib./.exec(name) === null ? name.slice(0, 1) : name.slice(0, 4)}/${name}`;
    return `${path} ${name} ${version} https://deb.debian.org/debian/pool/main/${pool}/${name}_${version.replace(/^\d+:/, '')}.dsc`;
  });
}

function entries(scratch: string): readonly ImageEntry[] {
  const node = stripped(process.execPath, join(scratch, 'node'));
  const addon = stripped(addonOf(), join(scratch, 'stratoshark.node'));
  const programs = PROGRAMS.filter((path) => existsSync(path));
  const libbpf = LIBBPF.filter((path) => existsSync(path)).slice(0, 1);
  const libraries = libraryEntries([node, addon, ...programs, ...libbpf]);
  const origins = originsOf([...programs, ...libbpf, ...libraries.map(({ path }) => path)]);
  return [
    { path: '/usr/bin/node', from: node },
    ...programs.map((path): ImageEntry => ({ path, from: path })),
    ...libbpf.map((path): ImageEntry => ({ path, from: realpathSync(path) })),
    ...libraries,
    { path: '/etc/services', from: '/etc/services', mode: 0o644 },
    { path: '/etc/passwd', text: 'root:x:0:0:root:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' },
    { path: '/etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
    { path: '/tmp', folder: true, mode: 0o1777 },
    { path: '/var/log/captures', folder: true },
    { path: '/usr/share/doc/stratoshark/programs', text: `Unmodified files of Debian: path, source package, its version, where its source is.\n${origins.join('\n')}\n` },
    { path: '/usr/bin/stratoshark', text: `#!/bin/sh\nexec /usr/bin/node --max-old-space-size=256 --max-semi-space-size=2 ${HOME}/dist/cli.js "$@"\n`, mode: 0o755 },
    ...BUNDLES.map((name): ImageEntry => ({ path: `${HOME}/dist/${name}`, from: join(root, 'dist', name), mode: 0o644 })),
    { path: `${HOME}/prebuilds/${process.platform}-${process.arch}/stratoshark.node`, from: addon, mode: 0o644 },
    { path: `${HOME}/LICENSE`, from: join(root, 'LICENSE'), mode: 0o644 },
  ];
}

/** What changes with each build of ours is a layer of its own. */
interface Layers {
  readonly debian: readonly ImageEntry[];
  readonly stratoshark: readonly ImageEntry[];
}

function withLayers<T>(use: (layers: Layers) => T): T {
  const lacks = agentImageLacks();
  if (lacks.length > 0) throw new BuildError(`the agent's image needs ${lacks.join(', ')}: run "npm run build"`);
  const scratch = mkdtempSync(join(tmpdir(), 'stratoshark-image-'));
  try {
    const all = entries(scratch);
    const own = all.filter(({ path }) => path.startsWith(HOME));
    return use({ debian: all.filter((entry) => !own.includes(entry)), stratoshark: own });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Writes the archive; answers the size of what it holds, bytes. */
export function writeAgentImage(file: string): number {
  return withLayers(({ debian, stratoshark }) => {
    mkdirSync(dirname(file), { recursive: true });
    const layers = [debian, stratoshark];
    writeImage({ name: AGENT_IMAGE, layers, entrypoint: ['/usr/bin/stratoshark', 'agent'] }, file);
    return layers.reduce((sum, layer) => sum + layerOf(layer).length, 0);
  });
}

/** Writes what bpf/deploy/Dockerfile is built from into a folder, beside it; the size of it, bytes. */
export function writeContext(folder: string): number {
  return withLayers((layers) => {
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(root, 'bpf/deploy/Dockerfile'), join(folder, 'Dockerfile'));
    return Object.entries(layers).reduce((sum, [name, layer]: [string, readonly ImageEntry[]]) => {
      const data = layerOf(layer);
      writeFileSync(join(folder, `${name}.tar`), data);
      return sum + data.length;
    }, 0);
  });
}

/** The archive of what is built now, made only where something has changed. */
export function agentImage(): string {
  const file = join(root, 'build', 'agent-image', 'agent.tar');
  const files = [...BUNDLES.map((name) => join(root, 'dist', name)), addonOf(), join(import.meta.dirname, 'agentImage.ts')];
  const lacks = agentImageLacks();
  if (lacks.length > 0) throw new BuildError(`the agent's image needs ${lacks.join(', ')}: run "npm run build"`);
  const key = contentHash({ texts: [process.version, ...PROGRAMS, ...LIBBPF], files });
  if (existsSync(file) && existsSync(`${file}.key`) && readFileSync(`${file}.key`, 'utf8') === key) return file;
  rmSync(`${file}.key`, { force: true });
  const size = writeAgentImage(file);
  say(`the agent's image has ${(size / 1e6).toFixed(0)} MB: ${file} (${(statSync(file).size / 1e6).toFixed(0)} MB)`);
  writeFileSync(`${file}.key`, key);
  return file;
}

if (import.meta.main) {
  try {
    const [first = join(root, 'build', 'agent-image', 'agent.tar'), folder = join(root, 'build', 'agent-context')] = process.argv.slice(2);
    say(`${((first === '--context' ? writeContext(folder) : writeAgentImage(first)) / 1e6).toFixed(0)} MB`);
  } catch (error) {
    fail(error);
  }
}
