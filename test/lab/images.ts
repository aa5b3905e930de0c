/** The images of the lab, made from the lab's programs and Debian's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, contentHash, root } from '../../src/build/cache.mjs';
import { output, run, say } from '../../src/build/say.mjs';
import { programKey } from './binaries.ts';
import { debianFiles } from './debs.ts';
import { libraryEntries } from '../../src/build/image/elf.ts';
import { PAUSE_IMAGE } from './nodeFiles.ts';
import { type ImageEntry, writeImage } from '../../src/build/image/ociImage.ts';

const DEBIAN = ['redis-server', 'redis-tools', 'nginx'];
const BUSYBOX = '/bin/busybox';

const names = [
  { path: '/etc/passwd', text: 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n' },
  { path: '/etc/group', text: 'root:x:0:\nwww-data:x:33:\nnobody:x:65534:\nnogroup:x:65534:\n' },
  { path: '/tmp', folder: true, mode: 0o1777 },
  { path: '/root', folder: true, mode: 0o700 },
] satisfies readonly ImageEntry[];

/** What every image holds, so that people can look around in it: busybox and the demo application's program. */
function tools(binaries: string): readonly ImageEntry[] {
  const applets = (output(BUSYBOX, ['--list']) ?? '').split('\n').filter((name) => name !== '' && name !== 'busybox');
  return [
    ...names,
    { path: BUSYBOX, from: BUSYBOX },
    ...applets.map((name): ImageEntry => ({ path: `/bin/${name}`, link: 'busybox' })),
    { path: '/demoapp', from: join(binaries, 'demoapp') },
  ];
}

/** A program and its libraries, from an unpacked Debian package. */
function program(root: string, path: string): readonly ImageEntry[] {
  return [{ path, from: join(root, path) }, ...libraryEntries([join(root, path)], [root])];
}

/** The process that holds a pod's namespaces: it only waits, and reaps where pods share their processes. */
function pause(dir: string): readonly ImageEntry[] {
  run('gcc', ['-Os', '-static', '-s', '-o', join(dir, 'pause'), '-x', 'c', join(import.meta.dirname, 'pause.c')], { why: 'compile the pause program of pods' });
  return [{ path: '/pause', from: join(dir, 'pause') }];
}

function makeImages(dir: string, binaries: string, scratch: string): void {
  const debs = debianFiles(DEBIAN, 'database and proxy of the demo application');
  const base = tools(binaries);
  writeImage({ name: PAUSE_IMAGE, layers: [pause(scratch)], entrypoint: ['/pause'] }, join(dir, 'pause.tar'));
  const image = (name: string, entries: readonly ImageEntry[], entrypoint: readonly string[]): void => {
    writeImage({ name: `localhost/lab/${name}:1`, layers: entries.length === 0 ? [base] : [base, entries], entrypoint }, join(dir, `${name}.tar`));
  };
  image('demoapp', [], ['/demoapp']);
  image('coredns', [{ path: '/coredns', from: join(binaries, 'coredns') }], ['/coredns']);
  image('redis', [...program(debs, '/usr/bin/redis-server'), ...program(debs, '/usr/bin/redis-cli')], ['/usr/bin/redis-server']);
  image('nginx', [
    ...program(debs, '/usr/sbin/nginx'),
    ...['/var/lib/nginx', '/var/log/nginx', '/etc/nginx'].map((path): ImageEntry => ({ path, folder: true })),
  ], ['/usr/sbin/nginx', '-g', 'daemon off;']);
}

/** Directory of the images' archives; makes them where they are not there. */
export function labImages(binaries: string): string {
  const sources = [
    ...['images.ts', 'pause.c'].map((file) => join(import.meta.dirname, file)),
    ...['ociImage.ts', 'tar.ts', 'elf.ts'].map((file) => join(root, 'src/build/image', file)),
  ];
  const key = contentHash({ texts: [programKey('coredns'), programKey('demoapp'), ...DEBIAN], files: sources });
  return cached(`lab-images-${key}`, (dir) => {
    const started = Date.now();
    say('making the images of the lab: pods of pause, CoreDNS, Redis, nginx and the demo application');
    const scratch = mkdtempSync(join(tmpdir(), 'stratoshark-lab-'));
    try {
      makeImages(dir, binaries, scratch);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
    say(`images made in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  });
}
