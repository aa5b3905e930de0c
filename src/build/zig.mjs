/**
 * The compiler of the release build: zig's clang from PyPI, which links against any chosen glibc.
 * Debian 12's g++ would need glibc 2.36, and such an addon does not load on Ubuntu 22.04.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cache.mjs';
import { run, say } from './say.mjs';

const zigVersion = '0.17.1';
/** The oldest glibc that the addon is to load on (RHEL 8, Debian 10, Ubuntu 20.04 and newer). */
const target = 'x86_64-linux-gnu.2.28';

/** Paths of cc, c++, ar and ranlib, and an id for caches. */
export function zigCompiler() {
  const home = cached(`zig-${zigVersion}-${target}`, (work) => {
    say(`fetching the release compiler, zig ${zigVersion} (90 MB) — the addon has to load on older glibc than this machine's`);
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', join(work, 'py'), `ziglang==${zigVersion}`];
    run('python3', args, { env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' }, why: 'fetch zig' });
    // The wrappers find zig beside themselves, so the directory may be renamed.
    const wrapper = (name, command) => {
      const file = join(work, name);
      writeFileSync(file, `#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexport ZIG_GLOBAL_CACHE_DIR="$here/cache"\nexec "$here/py/ziglang/zig" ${command} "$@"\n`);
      chmodSync(file, 0o755);
    };
    wrapper('cc', `cc -target ${target}`);
    wrapper('c++', `c++ -target ${target}`);
    wrapper('ar', 'ar');
    wrapper('ranlib', 'ranlib');
  });
  return { id: `zig-${zigVersion}-${target}`, cc: join(home, 'cc'), cxx: join(home, 'c++'), ar: join(home, 'ar'), ranlib: join(home, 'ranlib') };
}
