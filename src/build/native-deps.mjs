/**
 * The native libraries of the engine: pinned Debian sources fetched by apt-get (checked by the archive's
 * signature), built static with -fPIC into the cache, once per compiler. The distribution's own archives are not
 * position independent, and its shared libraries are not on every user's machine.
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, contentHash, root } from './cache.mjs';
import { opensslCrypto, opensslName } from './openssl.mjs';
import { output, run, say } from './say.mjs';

/** Debian source packages, and the version built. Only `main` of one release is asked: see `privateApt`. */
const sources = [
  ['zlib', '1:1.2.13.dfsg-1'],
  ['libzstd', '1.5.4+dfsg2-5'],
  ['lz4', '1.9.4-1'],
  ['pcre2', '10.42-1'],
  ['brotli', '1.0.9-2'],
  // No version: each point release of Debian puts the next security fix of 3.0 in the place of the last one.
  ['openssl', ''],
  ['libpcap', '1.10.3-1'],
];
const archive = 'http://deb.debian.org/debian bookworm main';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** apt-get with its own list, index and cache in `dir`: the machine's configuration is neither used nor changed. */
function privateApt(dir) {
  mkdirSync(join(dir, 'lists', 'partial'), { recursive: true });
  mkdirSync(join(dir, 'archives', 'partial'), { recursive: true });
  writeFileSync(join(dir, 'sources.list'), `deb-src [signed-by=${keyring}] ${archive}\n`);
  const options = [
    `Dir::Etc::sourcelist=${join(dir, 'sources.list')}`, 'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(dir, 'lists')}`, `Dir::Cache=${dir}`, 'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
  return (args, why) => run('apt-get', [...options, '-qq', ...args], { cwd: dir, log: join(dir, 'apt.log'), why });
}

/** Unpacked sources of all libraries, Debian's patches applied. */
function unpackedSources() {
  const pins = sources.map(([name, version]) => (version === '' ? name : `${name}=${version}`));
  return cached(`native-src-${contentHash({ texts: [archive, ...pins] })}`, (dir) => {
    say(`fetching the sources of ${sources.map(([name]) => name).join(', ')} (Debian main, signed)`);
    const apt = join(dir, 'apt');
    const get = privateApt(apt);
    get(['update'], `read the index of ${archive}`);
    get(['source', ...pins], `fetch the pinned sources ${pins.join(' ')}`);
    for (const entry of readdirSync(apt, { withFileTypes: true })) {
      if (entry.isDirectory() && /-\d/.test(entry.name)) renameSync(join(apt, entry.name), join(dir, entry.name));
    }
    rmSync(apt, { recursive: true });
  });
}

const depsFolder = join(root, 'native', 'deps');
const filterFolder = join(depsFolder, 'capture_filter');
const recipe = [join(depsFolder, 'CMakeLists.txt'), ...readdirSync(filterFolder).sort().map((name) => join(filterFolder, name))];
const gccId = () => `gcc-${output('gcc', ['-dumpfullversion']) ?? ''}`;

/** Configures native/deps over the sources in `from`; returns what runs cmake on the build. */
function configured(from, prefix, compiler) {
  const build = join(prefix, 'build');
  const log = join(root, 'build', 'native-deps.log');
  mkdirSync(join(root, 'build'), { recursive: true });
  const compilers = compiler
    ? [`-DCMAKE_C_COMPILER=${compiler.cc}`, `-DCMAKE_AR=${compiler.ar}`, `-DCMAKE_RANLIB=${compiler.ranlib}`]
    : ['-DCMAKE_C_COMPILER=gcc'];
  const options = [`-DSOURCES=${from}`, `-DCMAKE_INSTALL_PREFIX=${prefix}`, '-DCMAKE_BUILD_TYPE=Release', ...compilers];
  run('cmake', ['-G', 'Ninja', '-S', depsFolder, '-B', build, ...options], { log, why: 'configure the native libraries' });
  return (args, why) => run('cmake', [args[0], build, ...args.slice(1)], { log, why });
}

/**
 * Prefix (lib/, include/, licences/) of the libraries built with the given compiler; without one, with gcc.
 * @param {{id: string, cc: string, ar: string, ranlib: string} | undefined} compiler
 * @returns {string}
 */
export function nativeDependencies(compiler) {
  const id = compiler?.id ?? gccId();
  const hash = contentHash({ texts: [id, archive, opensslName(id), ...sources.flat()], files: recipe });
  return cached(`native-deps-${hash}`, (dir) => {
    const from = unpackedSources();
    const ssl = opensslCrypto(from, compiler, id);
    say(`building ${sources.map(([name]) => name).filter((name) => name !== 'openssl').join(', ')} with ${id}`);
    const cmake = configured(from, dir, compiler);
    cmake(['--build'], 'build the native libraries');
    cmake(['--install'], 'install the native libraries');
    for (const part of ['lib', 'include']) cpSync(join(ssl, part), join(dir, part), { recursive: true });
    copyLicences(from, join(dir, 'licences'));
    rmSync(join(dir, 'build'), { recursive: true });
  });
}

/** Prefix of the capture-filter compiler alone, built with gcc: no distribution has it, the others are in most. */
function captureFilter() {
  return cached(`capture-filter-${contentHash({ texts: [gccId(), archive, ...sources.flat()], files: recipe })}`, (dir) => {
    const cmake = configured(unpackedSources(), dir, undefined);
    cmake(['--build', '--target', 'capture-filter'], 'build the compiler of capture filters');
    cpSync(join(dir, 'build', 'libcapture-filter.a'), join(dir, 'lib', 'libcapture-filter.a'));
    cpSync(join(filterFolder, 'strato_capture_filter.h'), join(dir, 'include', 'strato_capture_filter.h'));
    rmSync(join(dir, 'build'), { recursive: true });
  });
}

/** Keeps each library's licence beside it: the package carries them. */
function copyLicences(from, to) {
  mkdirSync(to);
  for (const folder of readdirSync(from)) {
    const source = join(from, folder);
    const file = ['lib/LICENSE', 'LICENSE', 'LICENSE.txt', 'LICENCE', 'debian/copyright'].find((name) => existsSync(join(source, name)));
    if (file) copyFileSync(join(source, file), join(to, `${folder}.txt`));
  }
}

// A build configured by hand, with the system's libraries, asks for the one that no system has.
if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(captureFilter());
