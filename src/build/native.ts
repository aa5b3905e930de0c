/**
 * Builds the engine: `npm run native -- [dev|asan|release] [ninja target…]`.
 * dev: gcc -O2 for daily work; asan: unit tests and fuzz drivers under ASan+UBSan; release: what ships.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './cache.mjs';
import { nativeDependencies } from './native-deps.mjs';
import { BuildError, fail, run } from './say.mjs';
import { zigCompiler } from './zig.mjs';

export type Preset = 'dev' | 'asan' | 'release';
const presets: readonly Preset[] = ['dev', 'asan', 'release'];

/** Directory of a preset's build. */
export function nativeBuildDir(preset: Preset): string {
  return join(root, 'build', preset);
}

function version(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Configures and builds a preset; returns its directory. Output goes to stderr. */
export function buildNative(preset: Preset, targets: readonly string[] = []): string {
  const dir = nativeBuildDir(preset);
  mkdirSync(dir, { recursive: true });
  const zig = preset === 'release' ? zigCompiler() : undefined;
  const compiler = zig
    ? [`-DCMAKE_C_COMPILER=${zig.cc}`, `-DCMAKE_CXX_COMPILER=${zig.cxx}`, `-DCMAKE_AR=${zig.ar}`, `-DCMAKE_RANLIB=${zig.ranlib}`]
    : [];
  const options = [`-DSTRATO_VERSION=${version()}`, `-DSTRATO_DEPS=${nativeDependencies(zig)}`, ...compiler];
  run('cmake', ['--preset', preset, '--log-level=WARNING', ...options], { cwd: join(root, 'native'), why: 'configure the engine' });
  run('ninja', ['-C', dir, ...targets], { why: `build the engine (${preset})` });
  return dir;
}

function main(args: readonly string[]): void {
  const [preset = 'dev', ...targets] = args;
  const known = presets.find((name) => name === preset);
  if (known === undefined) throw new BuildError(`no preset "${preset}"; there are ${presets.join(', ')}`);
  buildNative(known, targets);
}

if (import.meta.main) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    fail(error);
  }
}
