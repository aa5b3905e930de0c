/**
 * OpenSSL's libcrypto for the decryption of TLS: ciphers and digests only, static, -fPIC, each function in a section
 * of its own (the linker keeps 1.5 MB of it; the distribution's archive leaves 3.8 MB and is that machine's glibc's).
 * It reads no configuration, opens no module and asks for no randomness.
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { cached, contentHash, root } from './cache.mjs';
import { run, say } from './say.mjs';

const without = [
  'shared', 'module', 'legacy', 'dso', 'engine', 'tests', 'async', 'autoload-config', 'autoerrinit', 'err', 'filenames',
  'deprecated', 'stdio', 'ui-console', 'sock', 'dgram', 'ssl', 'tls', 'dtls', 'multiblock', 'padlockeng',
  'cms', 'cmp', 'comp', 'ct', 'ocsp', 'srp', 'ts', 'rfc3779', 'dh', 'dsa', 'ec', 'sm2', 'gost',
  'whirlpool', 'rmd160', 'md4', 'mdc2', 'sm3', 'sm4', 'blake2', 'siphash', 'scrypt',
  'seed', 'rc2', 'rc4', 'rc5', 'idea', 'cast', 'bf', 'aria',
];
const flags = ['-O2', '-DNDEBUG', '-fPIC', '-ffunction-sections', '-fdata-sections', '-w'];

/** Name of the build by compiler `id` in the cache. */
export const opensslName = (id) => `openssl-${contentHash({ texts: [id, ...without, ...flags] })}`;

/**
 * Directory with lib/libcrypto.a and include/openssl, built once per compiler.
 * @param {string} sources the folder that holds `openssl-…`
 * @param {{cc: string, ar: string, ranlib: string} | undefined} compiler
 * @param {string} id of the compiler
 */
export function opensslCrypto(sources, compiler, id) {
  const folder = readdirSync(sources).find((name) => name.startsWith('openssl-')) ?? '';
  return cached(opensslName(id), (dir) => {
    say(`building libcrypto of ${folder} with ${id} (about a minute, once)`);
    const build = join(dir, 'build');
    const log = join(root, 'build', 'openssl.log');
    mkdirSync(build);
    mkdirSync(join(root, 'build'), { recursive: true });
    const { cc, ar, ranlib } = compiler ?? { cc: 'gcc', ar: 'ar', ranlib: 'ranlib' };
    const options = { cwd: build, log, env: { ...process.env, CC: cc, AR: ar, RANLIB: ranlib } };
    const target = process.arch === 'arm64' ? 'linux-aarch64' : 'linux-x86_64';
    const configure = [join(sources, folder, 'Configure'), target, ...without.map((name) => `no-${name}`), ...flags];
    run('perl', configure, { ...options, why: 'configure libcrypto' });
    run('make', [`-j${availableParallelism()}`, 'build_generated', 'libcrypto.a'], { ...options, why: 'build libcrypto' });
    cpSync(join(build, 'libcrypto.a'), join(dir, 'lib', 'libcrypto.a'));
    for (const include of [join(sources, folder), build]) {
      cpSync(join(include, 'include', 'openssl'), join(dir, 'include', 'openssl'), { recursive: true });
    }
    // sources and objects are not needed again
    rmSync(build, { recursive: true });
  });
}
