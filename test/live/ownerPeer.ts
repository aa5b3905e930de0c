/** Processes that say who they are at both ends of their flows (owner_peer.cc), and the tracer they are held against. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/build/cache.mjs';
import type { EbpfFeature, OwnerBatch, OwnerEvent } from '../../src/contract/owner.ts';
import { loadAddon } from '../../src/engine/addon.ts';
import type { Native, NativeOwners } from '../../src/engine/native.d.ts';
import { type Network, obstacle, Running } from './network.ts';

export const native = (): Native => loadAddon(join(root, 'dist'));
const source = join(root, 'test', 'live', 'owner_peer.cc');
const peer = join(root, 'build', 'owner-peer');

/** Why owners cannot be told here, or undefined. */
export function ownersObstacle(): string | undefined {
  const other = obstacle();
  if (other !== undefined) return other;
  const missing = (JSON.parse(native().ebpfFeatures()) as readonly EbpfFeature[]).find(({ works }) => !works);
  return missing === undefined ? undefined : `owners of sockets need eBPF: ${missing.name}: ${missing.reason}`;
}

export function buildPeer(): string {
  if (!existsSync(peer) || statSync(peer).mtimeMs < statSync(source).mtimeMs) {
    mkdirSync(join(root, 'build'), { recursive: true });
    execFileSync('g++', ['-O2', '-std=c++20', '-o', peer, source]);
  }
  return peer;
}

/** Inode number of a network namespace that `ip netns` made. */
export const inodeOf = (space: string): number => statSync(`/run/netns/${space}`).ino;

/** A flow as its two processes tell it. */
export interface Told {
  readonly port: number;
  readonly client: number;
  /** What the server answered: the pid it has in its own eyes. */
  readonly server: number;
}

export const toldIn = (text: string): readonly Told[] => [...text.matchAll(/^(\d+) (\d+) (\S+)$/gm)]
  .map(([, port, client, server]) => ({ port: Number(port), client: Number(client), server: Number(server) }));

/** Processes of one test, ended with it. */
export class Peers {
  private readonly running: Running[] = [];
  private readonly net: Network;

  public constructor(net: Network) {
    this.net = net;
  }

  /** Starts it in the right namespace, behind `wrap`; returns when it serves. */
  public async serve(args: readonly string[], ...wrap: string[]): Promise<Running> {
    return this.start(this.net.right, 'ready', [...wrap, buildPeer(), ...args]);
  }

  /** Starts it in the left namespace; returns when it has printed `until`. */
  public async begin(until: string, args: readonly string[]): Promise<Running> {
    return this.start(this.net.left, until, [buildPeer(), ...args]);
  }

  /** Runs it in the left namespace to its end. */
  public async client(...args: string[]): Promise<readonly Told[]> {
    const ended = await new Running('ip', ['netns', 'exec', this.net.left, buildPeer(), 'client', ...args]).ended;
    if (ended.status !== 0) throw new Error(ended.stderr);
    return toldIn(ended.stdout);
  }

  /** Ends all, with the workers they forked. */
  public dispose(): void {
    for (const space of [this.net.left, this.net.right]) {
      for (const pid of execFileSync('ip', ['netns', 'pids', space], { encoding: 'utf8' }).split('\n').filter((line) => line !== '')) {
        try {
          process.kill(Number(pid), 'SIGKILL');
        } catch {
          // ended by itself meanwhile
        }
      }
    }
  }

  private async start(space: string, until: string, command: readonly string[]): Promise<Running> {
    const running = new Running('ip', ['netns', 'exec', space, ...command]);
    this.running.push(running);
    await running.printed(until);
    return running;
  }
}

/** Everything there is to be polled. */
export function drain(owners: NativeOwners): readonly OwnerEvent[] {
  const all: OwnerEvent[] = [];
  for (;;) {
    const { events } = JSON.parse(owners.poll()) as OwnerBatch;
    if (events.length === 0) return all;
    all.push(...events);
  }
}
