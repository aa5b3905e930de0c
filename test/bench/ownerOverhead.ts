/**
 * What the eBPF programs that tell the owners of sockets cost the traffic whose owners they tell: messages of 64 bytes that go
 * to and fro on one connection over a veth pair, as many as can, with the programs attached and told of both ends, and
 * without, in pairs. Each side of a pair is the fastest of several tries, which alternate: whatever else the machine does
 * only adds to them. Of the pairs: the mean slowdown and the upper end of its 95 % confidence interval (one-sided, Student's t).
 *
 *   npm run build && npm run exec -- node test/bench/ownerOverhead.ts [--pairs 20] [--tries 5] [--seconds 0.2]
 *
 * Exit status 1 where that upper end reaches 5 %. Needs root. Not a test: it wants a machine that does nothing else.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Network, Running } from '../live/network.ts';
import { buildPeer, inodeOf, native, Peers } from '../live/ownerPeer.ts';
import { kBudget, kLeastPairs, median, percent, slowdown, type Pair } from './pairs.ts';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '20' }, tries: { type: 'string', default: '5' }, seconds: { type: 'string', default: '0.2' } } });
const [pairs, tries] = [Number(values.pairs), Number(values.tries)];
if (pairs < kLeastPairs) throw new Error(`the factor of the confidence interval is for ${String(kLeastPairs)} pairs and more`);
const kPoll = 200;

const net = new Network('ss-bench');
const peers = new Peers(net);

/** Nanoseconds of a message to and fro. */
async function plain(): Promise<number> {
  const { stdout, stderr } = await new Running('ip', ['netns', 'exec', net.left, buildPeer(), 'load', '10.9.0.2', '7100', values.seconds]).ended;
  const messages = Number(stdout);
  if (!(messages > 0)) throw new Error(`nothing was sent: ${stderr}`);
  return (Number(values.seconds) * 1e9) / messages;
}

async function traced(): Promise<number> {
  const owners = native().openOwners(JSON.stringify({ namespaces: [inodeOf(net.left), inodeOf(net.right)] }));
  let told = '';
  const look = setInterval(() => { told += owners.poll(); }, kPoll);
  try {
    const time = await plain();
    told += owners.poll();
    if (!told.includes('"owner-peer"')) throw new Error('the owners were not told');
    return time;
  } finally {
    clearInterval(look);
    owners.close();
  }
}

try {
  await peers.serve(['serve', 'tcp', '4', '7100', '4']);
  const done: Pair[] = [];
  const loads: number[] = [];
  await traced();
  for (let n = 0; n < pairs; n++) {
    let [on, off] = [Infinity, Infinity];
    for (let one = 0; one < tries; one++) {
      on = Math.min(on, await traced());
      off = Math.min(off, await plain());
    }
    done.push({ on, off });
    loads.push(loadavg()[0] ?? 0);
  }
  const { mean, upper } = slowdown(done);
  console.log(`${String(pairs)} pairs of the fastest of ${String(tries)} times ${values.seconds} s, load ${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`);
  console.log(`a message to and fro ${(median(done.map(({ off }) => off)) / 1000).toFixed(2)} µs: slower by ${percent(mean)}, at most ${percent(upper)} (95 %)`);
  if (upper >= kBudget) process.exitCode = 1;
} finally {
  peers.dispose();
  net.dispose();
}
