/**
 * Two network namespaces joined by a veth pair, programs that run in them, and a sender that counts what it sends.
 * `left` sends, captures are made in `right`. Needs root.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../src/build/cache.mjs';

const cli = join(root, 'dist', 'cli.js');
const source = join(root, 'test', 'live', 'sender.cc');
const sender = join(root, 'build', 'live-sender');

/** Why these tests cannot run here, or undefined. */
export function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'live capture is tested as root only';
  if (spawnSync('ip', ['netns', 'list']).status !== 0) return 'live capture needs "ip" (iproute2) for network namespaces';
  if (spawnSync('tcpdump', ['--version']).status !== 0) return 'live capture is held against tcpdump, which is not installed';
  return undefined;
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program under way. */
export class Running {
  public readonly process: ChildProcess;
  public readonly ended: Promise<Ended>;
  private out = '';
  private err = '';

  public constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stdout?.on('data', (chunk: Buffer) => { this.out += chunk.toString('latin1'); });
    this.process.stderr?.on('data', (chunk: Buffer) => { this.err += chunk.toString(); });
    this.ended = new Promise((resolve) => {
      this.process.on('close', (status, signal) => { resolve({ status, signal, stdout: this.out, stderr: this.err }); });
    });
  }

  /** Waits until what it printed on stderr contains the text. */
  public async said(text: string): Promise<void> {
    for (let i = 0; i < 200 && !this.err.includes(text); i++) await sleep(25);
  }

  /** Waits until what it printed on stdout contains the text. */
  public async printed(text: string): Promise<void> {
    for (let i = 0; i < 200 && !this.out.includes(text); i++) await sleep(25);
  }

  /** What it has printed on stdout so far. */
  public get printedText(): string {
    return this.out;
  }

  public async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.process.kill(signal);
    return this.ended;
  }
}

export class Network {
  public readonly folder = mkdtempSync(join(tmpdir(), 'live-test-'));
  public readonly right: string;
  public readonly left: string;
  private readonly running: Running[] = [];

  public constructor(name: string) {
    this.left = `${name}-l`;
    this.right = `${name}-r`;
    this.remove();
    for (const space of [this.left, this.right]) ip('netns', 'add', space);
    for (const name of ['v0', 'v1']) ip('link', 'add', name, 'netns', this.left, 'type', 'veth', 'peer', 'name', name, 'netns', this.right);
    for (const [space, host] of [[this.left, 1], [this.right, 2]] as const) {
      // No address is probed for, no router asked: what passes is what the tests send.
      this.in(space, 'sysctl', '-qw', 'net.ipv6.conf.all.router_solicitations=0', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.v0.accept_dad=0', 'net.ipv6.conf.v1.accept_dad=0');
      ip('-n', space, 'link', 'set', 'lo', 'up');
      ip('-n', space, 'link', 'set', 'v0', 'up');
      ip('-n', space, 'addr', 'add', `10.9.0.${String(host)}/24`, 'dev', 'v0');
      ip('-n', space, 'addr', 'add', `fd09::${String(host)}/64`, 'dev', 'v0', 'nodad');
      ip('-n', space, 'link', 'set', 'v1', 'up');
      ip('-n', space, 'addr', 'add', `10.9.1.${String(host)}/24`, 'dev', 'v1');
    }
    buildSender();
  }

  public path(name: string): string {
    return join(this.folder, name);
  }

  /** `stratoshark …` in the right namespace; returns when it captures. */
  public async capture(...args: string[]): Promise<Running> {
    return this.start('stratoshark', process.execPath, cli, ...args);
  }

  /** tcpdump in the right namespace; returns when it captures. */
  public async tcpdump(...args: string[]): Promise<Running> {
    const running = await this.start('tcpdump', 'tcpdump', '-Z', 'root', '--immediate-mode', ...args);
    await running.said('listening on');
    return running;
  }

  /** A shell command in the right namespace that captures; returns when it does. */
  public async shell(command: string): Promise<Running> {
    return this.start('stratoshark', 'bash', '-c', command);
  }

  /** Any program in the right namespace, waited for by the packet sockets there are then. */
  private async start(name: string, ...command: string[]): Promise<Running> {
    const before = this.packetSockets();
    const running = new Running('ip', ['netns', 'exec', this.right, ...command]);
    this.running.push(running);
    for (let i = 0; i < 200 && this.packetSockets() <= before && running.process.exitCode === null; i++) await sleep(25);
    if (name === 'stratoshark') await sleep(50);
    return running;
  }

  /** Bound packet sockets in the right namespace. */
  private packetSockets(): number {
    const lines = execFileSync('ip', ['netns', 'exec', this.right, 'cat', '/proc/net/packet'], { encoding: 'utf8' }).trim().split('\n').slice(1);
    return lines.filter((line) => line.split(/\s+/)[3] === '0003').length;
  }

  /** Sends from the left; returns the count. */
  public udp(address: string, port: number, count: number, size = 64, rate = 20_000): number {
    return Number(this.in(this.left, sender, 'udp', address, String(port), String(count), String(size), String(rate)));
  }

  /** The same while other things go on. */
  public async udpBeside(address: string, port: number, count: number, size: number, rate: number): Promise<number> {
    return Number((await new Running('ip', ['netns', 'exec', this.left, sender, 'udp', address, String(port), String(count), String(size), String(rate)]).ended).stdout);
  }

  /** The same at one time to two addresses. */
  public async udpTwice(addresses: readonly [string, string], port: number, count: number): Promise<void> {
    await Promise.all(addresses.map((address) => this.udpBeside(address, port, count, 100, 5000)));
  }

  /** Sends UDP from 10.9.5.1 to 10.9.5.2 over v0 with a VLAN tag; returns the count. */
  public vlan(tag: number, port: number, count: number, size = 64): number {
    return Number(this.in(this.left, sender, 'vlan', 'v0', String(tag), String(port), String(count), String(size)));
  }

  /** Sends over one TCP connection from the left to the right; returns the bytes that arrived. */
  public async tcp(port: number, bytes: number): Promise<number> {
    const sink = new Running('ip', ['netns', 'exec', this.right, sender, 'sink', String(port)]);
    await sleep(200);
    this.in(this.left, sender, 'tcp', '10.9.0.2', String(port), String(bytes));
    return Number((await sink.ended).stdout);
  }

  public in(space: string, ...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', space, ...command], { encoding: 'utf8' });
  }

  public dispose(): void {
    for (const { process: child } of this.running) child.kill('SIGKILL');
    this.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private remove(): void {
    for (const space of [this.left, this.right]) spawnSync('ip', ['netns', 'del', space]);
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args);
}

function buildSender(): void {
  if (existsSync(sender) && statSync(sender).mtimeMs > statSync(source).mtimeMs) return;
  mkdirSync(join(root, 'build'), { recursive: true });
  execFileSync('g++', ['-O2', '-std=c++20', '-o', sender, source]);
}

/** Ends tcpdump when it has read what there is: it leaves behind what it has not read by then. */
export async function endTcpdump(running: Running): Promise<Ended> {
  await sleep(600);
  return running.end('SIGINT');
}

/** Values of fields of each packet as tshark reads them: the referee on what is in a file. */
export function tshark(file: string, ...args: string[]): { readonly rows: readonly string[]; readonly complaint: string } {
  const result = spawnSync('tshark', ['-n', '-r', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const complaint = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user')).join('\n');
  return { rows: result.stdout.split('\n').slice(0, -1), complaint };
}

/** Options of the blocks of one type in a little-endian pcapng file, read by hand: code → value of 8 or 4 bytes. */
export function optionsOf(bytes: Buffer, type: number): readonly ReadonlyMap<number, bigint>[] {
  const found: Map<number, bigint>[] = [];
  for (let at = 0; at + 12 <= bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) !== type) continue;
    const fixed = type === 6 ? 28 + ((bytes.readUInt32LE(at + 20) + 3) & ~3) : 20;
    const end = at + bytes.readUInt32LE(at + 4) - 4;
    const options = new Map<number, bigint>();
    for (let o = at + fixed; o + 4 <= end && bytes.readUInt16LE(o) !== 0; o += 4 + ((bytes.readUInt16LE(o + 2) + 3) & ~3)) {
      const length = bytes.readUInt16LE(o + 2);
      options.set(bytes.readUInt16LE(o), length === 8 ? bytes.readBigUInt64LE(o + 4) : BigInt(bytes.readUInt32LE(o + 4)));
    }
    found.push(options);
  }
  return found;
}
