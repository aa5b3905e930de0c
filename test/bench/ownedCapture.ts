/**
 * Our side of live.ts: a capture of interfaces with what an agent's capture of pods has beside it, the owners of sockets told
 * by eBPF and the table of translated connections. What an API server tells an agent of its pods is made up here.
 *
 *   node test/bench/ownedCapture.ts INODE=IP,INODE=IP -i v0 …     network namespaces with their addresses, then options of a live capture
 */
import { join } from 'node:path';
import { OwnerWatch, type WatchedPod } from '../../src/agent/ownerWatch.ts';
import { root } from '../../src/build/cache.mjs';
import { processIo } from '../../src/cli/io.ts';
import { liveCommand } from '../../src/cli/live.ts';
import { parseLive } from '../../src/cli/liveArguments.ts';
import { loadAddon } from '../../src/engine/addon.ts';

function podOf(space: string): WatchedPod {
  const [inode = '', address = ''] = space.split('=');
  const name = `bench-${inode}`;
  const pod = {
    uid: name, name, namespace: 'bench', node: 'bench', addresses: [address], labels: {}, containers: [{ name: 'load', id: '' }], ports: [],
    hostNetwork: false, ready: true, created: 0, over: false,
  };
  return { inode: Number(inode), key: name, facts: { pod, services: [], deployment: undefined } };
}

const [spaces = '', ...argv] = process.argv.slice(2);
const native = loadAddon(join(root, 'dist'));
const request = parseLive(argv);
process.exitCode = await liveCommand(native, { ...request, live: { ...request.live, lastWords: true } }, processIo, (capture) => {
  let opened = false;
  const say = (line: string): void => {
    // A figure without owners is not the one that is asked for.
    if (!opened) throw new Error(line);
    processIo.err(line);
  };
  const owners = OwnerWatch.open(native, capture, { source: 'agent bench', say });
  opened = true;
  owners.watch(spaces.split(',').map(podOf));
  const close = (): void => { owners.close(); };
  return Promise.resolve({ lastWords: close, done: close });
});
