/** The `stratoshark` command: finds the subcommand, runs it, turns its end into an exit status. */
import { loadAddon } from '../engine/addon.ts';
import { asksForCluster, parseCluster } from './clusterArguments.ts';
import { exit, type CommandIo } from './exit.ts';
import { fieldsCommand } from './fields.ts';
import { filterCommand } from './filter.ts';
import { checkHeld, isHeld } from './heldArguments.ts';
import { help } from './help.ts';
import type { Command as PolicyCommand } from './policyIo.ts';
import { processIo } from './io.ts';
import { listInterfaces, liveCommand } from './live.ts';
import { asksForCapture, listsInterfaces, parseCapture, parseLive } from './liveArguments.ts';
import { heldToOperator } from './operatorFilter.ts';
import { readCommand } from './read.ts';
import { statsCommand } from './stats.ts';
import { parseRead, shortsWithValue } from './readArguments.ts';
import { versionText } from './version.ts';

/** Index of the first argument that is no option nor an option's value: a subcommand or a file. */
function firstPositional(argv: readonly string[]): number {
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i] ?? '';
    if (!a.startsWith('-') || a === '-') return i;
    const last = a.at(-1) ?? '';
    if (!a.startsWith('--') && shortsWithValue.has(last) && (a.length === 2 || isFlags(a.slice(1, -1)))) i++;
  }
  return argv.length;
}

/** Whether this is a node's agent: its DaemonSet says so. */
const inAgent = (): boolean => process.env['STRATOSHARK_KUBERNETES_ENABLED'] === 'true';

const isFlags = (letters: string): boolean => /^[nVxqP2]*$/.test(letters);

async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  const at = firstPositional(argv);
  const before = argv.slice(0, at);
  const [name, ...rest] = argv.slice(at);
  const ofOurs = name === 'capture' || name === 'fields' ? rest : [];
  if ([...before, ...ofOurs].some((word) => word === '--help' || word === '-h') || argv.length === 0) {
    io.out(help);
    return argv.length === 0 ? exit.usage : exit.ok;
  }
  // Policies are plain TypeScript: no engine is needed, so a missing one is no obstacle.
  if (name === 'policy' || name === 'verify') return runPolicy(name, rest, io);
  // Nor is it for captures that others take.
  if (name === 'capture' && before.length === 0 && !inAgent() && asksForCluster(rest)) return (await import('./clusterCapture.js')).clusterCapture(parseCluster(rest), io);
  // Captures are processes of their own: the one that only waits is small without the engine.
  if (name === 'agent' && before.length === 0) return (await import('./cliAgent.js')).agentCommand(io);
  if (name === 'guest' && before.length === 0) return (await import('./cliAgent.js')).guestCommand(rest);
  const native = loadAddon(__dirname);
  // What framedCapture() starts: not for people, and no admission policy lets it through.
  if (name === 'session' && before.length === 0) return (await import('./cliAgent.js')).sessionCommand(native, rest);
  if (name === 'capture' && before.length === 0) {
    if (inAgent() && isHeld(rest)) checkHeld(rest);
    const request = heldToOperator(parseCapture(rest, inAgent()));
    if (request.framed !== undefined) return (await import('./cliAgent.js')).framedCapture(request, rest);
    return request.pods === undefined ? liveCommand(native, request, io) : (await import('./cliAgent.js')).capturePods(native, request, io);
  }
  if (asksForCapture(argv)) {
    return listsInterfaces(before) ? listInterfaces(native, argv.includes('json'), io) : liveCommand(native, heldToOperator(parseLive(argv)), io);
  }
  if (before.includes('--stats')) return statsCommand(argv.includes('--json'), io);
  if (before.includes('--version')) {
    io.out(versionText(native));
    return exit.ok;
  }
  if (name === 'fields') return fieldsCommand(native, rest, io);
  if (name === 'filter') return filterCommand(native, parseRead(before).read, rest, io);
  return readCommand(native, parseRead(argv), io);
}

async function runPolicy(name: 'policy' | 'verify', argv: readonly string[], io: CommandIo): Promise<number> {
  // The ending .js keeps it outside this bundle: see bundle.ts.
  const command: PolicyCommand = (await import('./cliPolicy.js'))[name];
  const stderr = (text: string): void => {
    io.err(text.replace(/\n$/, ''));
  };
  return command(argv, { stdout: { write: (text) => io.out(text) }, stderr: { write: stderr } });
}

/** Exit status of a failure. A CommandError of another bundle is of another class: its name is the same. */
function statusOf(thrown: unknown): number {
  const { name, status } = thrown as { readonly name?: unknown; readonly status?: unknown };
  return name === 'CommandError' && typeof status === 'number' ? status : exit.failure;
}

async function main(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2), processIo);
  } catch (thrown) {
    processIo.err(`stratoshark: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    process.exitCode = statusOf(thrown);
  }
}

void main();
