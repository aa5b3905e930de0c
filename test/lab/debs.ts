/** Programs of Debian packages without installing them: downloaded with what they depend on and unpacked into the cache. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, contentHash } from '../../src/build/cache.mjs';
import { output, run, say } from '../../src/build/say.mjs';

function fetchInto(dir: string, packages: readonly string[]): void {
  const archives = join(dir, '.archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const options = ['-o', `Dir::Cache::Archives=${archives}`, '-o', 'APT::Sandbox::User=root', '-o', 'DPkg::Lock::Timeout=300'];
  const ask = ['-q', '-y', '--no-install-recommends', '--download-only', '--reinstall', ...options, 'install', ...packages];
  // Libraries the machine has already are not fetched: they are taken from the machine.
  if (output('apt-get', ask) === undefined) {
    run('apt-get', ['-q', 'update'], { why: 'refresh the list of packages' });
    run('apt-get', ask, { why: `fetch ${packages.join(', ')}` });
  }
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb'))) {
    run('dpkg-deb', ['-x', join(archives, name), dir], { why: `unpack ${name}` });
  }
}

/** Directory below which the files of `packages` lie as they would below /. */
export function debianFiles(packages: readonly string[], why: string): string {
  const key = contentHash({ texts: [...packages, readFileSync('/etc/os-release', 'utf8'), process.arch] });
  return cached(`lab-debs-${key}`, (dir) => {
    say(`fetching ${packages.join(', ')} — ${why} (unpacked into the cache, not installed)`);
    fetchInto(dir, packages);
  });
}
