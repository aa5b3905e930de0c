/** Text of packets, files and clusters on a terminal: everything the command line prints shows it, nothing of it acts. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../src/build/cache.mjs';
import { hostileCapture, hostileNames, hostileTexts } from '../fixtures/generate/hostile.ts';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => { rmSync(folder, { recursive: true }); });

const texts = join(folder, 'texts.pcapng');
writeFileSync(texts, hostileCapture);
const names = Object.entries(hostileTexts).map(([name, text]) => {
  const file = join(folder, `${name}.pcapng`);
  writeFileSync(file, hostileNames(text));
  return file;
});
/** A file whose own name is hostile; a name holds no slash, and 255 bytes at most. */
const misnamed = join(folder, `${Object.values(hostileTexts).map((text) => text.slice(0, 24)).join(' ').replaceAll('/', '').slice(0, 110)}.pcapng`);
copyFileSync(texts, misnamed);
writeFileSync(join(folder, 'broken.pcapng'), readFileSync(texts).subarray(0, -7));
/** YAML whose names say what they would do, escaped as YAML has it. */
const policy = join(folder, 'policy.yaml');
writeFileSync(policy, `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${JSON.stringify(hostileTexts.terminal)}, namespace: ${JSON.stringify(hostileTexts.direction)}}
spec: {podSelector: {matchLabels: {app: ${JSON.stringify(hostileTexts.terminal)}}}, policyTypes: [Nonsense], ingress: [{ports: [{port: ${JSON.stringify(hostileTexts.terminal)}}]}]}
`);

/** C0 but for tab and line feed, DEL, C1, and what turns or hides text (Unicode's format characters, general category Cf). */
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Cf}/u;
const run = (...args: readonly string[]): { readonly stdout: string; readonly all: string } => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist/cli.js'), ...args], { encoding: 'utf8', maxBuffer: 64 << 20 });
  return { stdout, all: stdout + stderr };
};
const fields = ['http.host', 'http.request.uri', 'http.request.full_uri', 'http.request.line', 'dns.qry.name', 'tls.handshake.extensions_server_name', 'frame.comment', 'frame.interface_name', 'frame.interface_description', '_ws.col.Info', 'k8s.pod.name', 'k8s.label', 'ebpf.process.comm', 'k8s.workload', 'text'].flatMap((name) => ['-e', name]);

const streams = Array.from({ length: 16 }, (_unused, at) => ['-z', `follow,tcp,ascii,${String(at)}`]).flat();
const asked: readonly (readonly [what: string, args: readonly string[]])[] = [
  ['rows', ['-r', texts]], ['rows of two passes', ['-2', '-r', texts]], ['fields', ['-r', texts, '-T', 'fields', ...fields]], ['the whole dissection', ['-r', texts, '-V']],
  ['JSON', ['-r', texts, '-T', 'json']], ['JSON of fields', ['-r', texts, '-T', 'json', ...fields]], ['bytes', ['-r', texts, '-x']],
  ['a followed stream', ['-r', texts, '-q', ...streams]],
  ['a followed stream in hex', ['-r', texts, '-q', '-z', 'follow,tcp,hex,2', '-z', 'follow,udp,hex,3', '-z', 'follow,http,ascii,2']],
  ...names.flatMap((file): (readonly [string, readonly string[]])[] => [[`names, ${file.slice(folder.length + 1)}`, ['-r', file, '-2', '-V']], [`fields of names, ${file.slice(folder.length + 1)}`, ['-r', file, '-2', '-T', 'fields', ...fields]]]),
  ['the name of a file that is not there', ['-r', join(folder, hostileTexts.terminal.replaceAll('/', ''))]],
  ['the name of a file and its damage', ['-r', join(folder, 'broken.pcapng'), '-V']], ['a hostile file name', ['-r', misnamed, '-c', '1']],
  ['a filter that is not valid', ['-r', texts, '-Y', `http.host == ${hostileTexts.terminal}`]], ['a filter explained', ['filter', 'explain', `http.host == "${hostileTexts.direction}${hostileTexts.terminal}"`]],
  ['an option', ['-r', texts, '-o', hostileTexts.terminal]], ['a subcommand', [hostileTexts.direction]],
  ['lint of a policy', ['policy', 'lint', policy]], ['lint as JSON', ['policy', 'lint', '--json', policy]],
];

test.each(asked)('%s', (_what, args) => {
  const { all } = run(...args);
  expect(all.length).toBeGreaterThan(10);
  // Followed streams keep the ends of their lines, as tshark prints them.
  expect(acting.exec(all.replaceAll('\r\n', '\n'))?.[0]).toBeUndefined();
});

test('what is shown in place of controls is what tshark shows', () => {
  const args = ['-r', texts, '-o', 'gui.column.format:"Info","%i"'];
  const { stdout } = spawnSync('tshark', ['-n', ...args], { encoding: 'utf8' });
  const theirs = stdout.split('\n').map((line) => line.trimEnd());
  expect(theirs.filter((line) => line.includes('\\u202E'))).toHaveLength(2);
  expect(run('-r', texts, '-T', 'fields', '-e', '_ws.col.Info').stdout.split('\n').map((line) => line.trimEnd())).toEqual(theirs);
});

test('names in JSON are the same JSON', () => {
  const { stdout } = run('-r', names[1] ?? '', '-2', '-T', 'json', '-e', 'k8s.pod.name');
  expect(JSON.stringify(JSON.parse(stdout))).toContain('\\\\033[2J\\\\033[31mred');
});
