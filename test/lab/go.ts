/** A Go toolchain new enough for the lab's programs: the machine's own, else the one the Go module proxy serves. */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import { BuildError, output, say } from '../../src/build/say.mjs';

const TOOLCHAIN = 'go1.25.5';
export const goModule = join(root, 'test/lab/go');

/** `1.24.0` of the line `go 1.24.0`: what the sources ask for. */
function wanted(): string {
  return /^go (\S+)$/m.exec(readFileSync(join(goModule, 'go.mod'), 'utf8'))?.[1] ?? '1.24.0';
}

function atLeast(version: string, least: string): boolean {
  const parts = (text: string): readonly number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [parts(version), parts(least)];
  for (const at of [0, 1, 2]) if ((have[at] ?? 0) !== (need[at] ?? 0)) return (have[at] ?? 0) > (need[at] ?? 0);
  return true;
}

/** `1.26.8` of `go version go1.26.8 linux/amd64`. */
function versionOf(go: string): string | undefined {
  return /go(\d[\d.]*)/.exec(output(go, ['version'], { cwd: '/' }) ?? '')?.[1];
}

/** The folders below which the toolchain's archive holds programs; module archives carry no mode bits. */
function makeExecutable(home: string): void {
  const tools = join(home, 'pkg/tool', `linux_${arch() === 'x64' ? 'amd64' : 'arm64'}`);
  for (const dir of [join(home, 'bin'), tools]) for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o755);
}

/** Path of a `go` that can build the lab. */
export function goProgram(): string {
  const least = wanted();
  const found = ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go'].map((go) => ({ go, version: versionOf(go) }));
  const fit = found.find(({ version }) => version !== undefined && atLeast(version, least));
  if (fit !== undefined) return fit.go;
  const any = found.find(({ version }) => version !== undefined);
  if (any === undefined) throw new BuildError(`the lab's programs are compiled with Go ${least} or newer and there is none: "apt-get install golang-go" gives one that can fetch it`);
  say(`Go ${any.version} is older than ${least}: fetching ${TOOLCHAIN} from the Go module proxy (about 80 MB, once)`);
  const module = `golang.org/toolchain@v0.0.1-${TOOLCHAIN}.linux-${arch() === 'x64' ? 'amd64' : 'arm64'}`;
  const answer = output(any.go, ['mod', 'download', '-json', module], { cwd: '/' });
  if (answer === undefined) throw new BuildError(`the Go module proxy did not give ${module}: check the network, or install Go ${least} or newer`);
  const { Dir: home } = JSON.parse(answer) as { readonly Dir: string };
  chmodSync(home, 0o755);
  makeExecutable(home);
  return join(home, 'bin/go');
}
