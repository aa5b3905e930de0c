/** Parses `stratoshark capture --context C …`: a capture by the agents of a cluster, from outside of it. */
import { CommandError, exit } from './exit.ts';
import { parsedOptions, type OptionTable } from './liveArguments.ts';
import { bytesOf, countOf, secondsOf } from './quantities.ts';

export interface ClusterRequest {
  /** '' is the current one of the kubeconfig. */
  readonly context: string;
  /** '' is $KUBECONFIG, else ~/.kube/config. */
  readonly kubeconfig: string;
  /** The agents hold the capture to it; without, to nothing but the filter. */
  readonly namespace?: string;
  readonly filter: string;
  readonly output: string;
  /** What ends it; 0: nothing. */
  readonly seconds: number;
  readonly packets: number;
  readonly bytes: number;
  /** Of the agents: passed on as they were given. */
  readonly snaplen?: string;
  readonly bufferSize?: string;
  /** A pod of the namespace and a container of it with this program, in place of agents. */
  readonly guest?: { readonly pod: string; readonly container: string };
  /** Where the agents run. */
  readonly agentNamespace: string;
  readonly quiet: boolean;
  /** A program runs this one: status as JSON lines on standard output, "pause", "resume" on standard input, whose end ends it. */
  readonly supervised: boolean;
}

const words = {
  context: { type: 'string' },
  kubeconfig: { type: 'string' },
  namespace: { type: 'string', short: 'n' },
  'ebpf-filter': { type: 'string' },
  output: { type: 'string', short: 'w' },
  duration: { type: 'string' },
  packets: { type: 'string', short: 'c' },
  size: { type: 'string' },
  snaplen: { type: 'string', short: 's' },
  'buffer-size': { type: 'string' },
  'agent-namespace': { type: 'string' },
  guest: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  supervised: { type: 'boolean' },
  // Of captures on one machine: each is refused with what to do instead.
  'rotate-size': { type: 'string' },
  'rotate-duration': { type: 'string' },
  'rotate-files': { type: 'string' },
  compress: { type: 'string' },
} as const satisfies OptionTable;

/** Whether these words after `capture` ask for a cluster's agents. */
export const asksForCluster = (argv: readonly string[]): boolean => argv.some((word) => /^--(?:context|kubeconfig)(?:=|$)/.test(word));

/** Throws CommandError. */
export function parseCluster(argv: readonly string[]): ClusterRequest {
  const { values: v } = parsedOptions(argv, words);
  const usage = (sentence: string): never => { throw new CommandError(sentence, exit.usage); };
  const rotation = (['rotate-size', 'rotate-duration', 'rotate-files'] as const).find((name) => v[name] !== undefined);
  if (rotation !== undefined) usage(`--${rotation} is for captures on one machine or in an agent: one from a cluster is a single file, which --size, --packets or --duration ends.`);
  if (v.compress !== undefined) usage('--compress is for captures on one machine or in an agent: one from a cluster can be looked at while it grows; compress its file afterwards (gzip, zstd), it opens so, too.');
  if (v.output === undefined || v.output === '-') usage('A capture from a cluster is written to a file: name one with --output.');
  if (v.namespace?.startsWith('-') === true) usage(`"${v.namespace}" is no name of a namespace.`);
  const [pod = '', container = ''] = v.guest?.split('/') ?? [];
  if (v.guest !== undefined && (pod === '' || container === '' || v.namespace === undefined)) usage('--guest takes POD/CONTAINER, with --namespace.');
  const optional = (name: string, text: string | undefined, convert: (option: string, text: string) => number): number => (text === undefined ? 0 : convert(name, text));
  // The agents parse these again: what is wrong is said here, once.
  optional('--snaplen', v.snaplen, countOf);
  optional('--buffer-size', v['buffer-size'], bytesOf);
  return {
    context: v.context ?? '',
    kubeconfig: v.kubeconfig ?? '',
    ...(v.namespace === undefined ? {} : { namespace: v.namespace }),
    filter: v['ebpf-filter'] ?? '',
    output: v.output ?? '',
    seconds: optional('--duration', v.duration, secondsOf),
    packets: optional('--packets', v.packets, countOf),
    bytes: optional('--size', v.size, bytesOf),
    ...(v.snaplen === undefined ? {} : { snaplen: v.snaplen }),
    ...(v['buffer-size'] === undefined ? {} : { bufferSize: v['buffer-size'] }),
    ...(v.guest === undefined ? {} : { guest: { pod, container } }),
    agentNamespace: v['agent-namespace'] ?? 'monitoring',
    quiet: v.quiet ?? false,
    supervised: v.supervised ?? false,
  };
}

/** What the program in a pod is asked for; `filter` in the kernel's syntax. */
export function guestWords({ snaplen, bufferSize }: ClusterRequest, filter: string, resume: string | undefined): readonly string[] {
  return [
    'stratoshark', 'capture', '-i', 'any', ...(filter === '' ? [] : ['--capture-filter', filter]), ...(snaplen === undefined ? [] : ['--snaplen', snaplen]),
    ...(bufferSize === undefined ? [] : ['--buffer-size', bufferSize]), '--framed', ...(resume === undefined ? [] : ['--resume', resume]),
  ];
}

/** What each agent is asked for. The admission policy looks at the words up to the namespace. */
export function agentWords({ namespace, filter, snaplen, bufferSize }: ClusterRequest, resume: string | undefined): readonly string[] {
  return [
    'stratoshark', 'capture', ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...(filter === '' ? [] : ['--ebpf-filter', filter]), ...(snaplen === undefined ? [] : ['--snaplen', snaplen]),
    ...(bufferSize === undefined ? [] : ['--buffer-size', bufferSize]), '--framed', ...(resume === undefined ? [] : ['--resume', resume]),
  ];
}
