/** `stratoshark policy diff`: what a change of policies opens and closes between the pods of a cluster. */
import { policyKindOf, compilePolicies } from '../policy/compile.ts';
import { diffPolicies, type Difference } from '../policy/diff.ts';
import { ClusterIndex } from '../policy/endpoint.ts';
import { readObjects } from '../policy/state.ts';
import { readSources } from './policyInput.ts';
import { EXIT_FINDINGS, EXIT_OK, guarded, InputError, parseArguments, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = 'usage: stratoshark policy diff OLD NEW [--cluster FILE…] [--json] [--limit N]   (files or folders of policies)';

/** Lines shown unless asked otherwise: the differences that concern most pairs come first. */
const SHOWN = 50;

function lines({ from, to, opens, closes, pairs }: Difference): string {
  const count = pairs === 1 ? '1 pair' : `${pairs} pairs`;
  const line = (sign: string, word: string, ports: string): string => `${sign} ${word} ${from.text} -> ${to.text}: ${ports} (${count})\n`;
  return `${opens === undefined ? '' : line('+', 'opens ', opens)}${closes === undefined ? '' : line('-', 'closes', closes)}`;
}

/** Exit status 0: nothing opens or closes; 1: something does; 2: a file cannot be read. */
export async function policyDiff(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { values, switches, files } = parseArguments(argv, { values: ['--cluster', '--limit'], switches: ['--json'] });
    const [older, newer, more] = files;
    if (older === undefined || newer === undefined || more !== undefined) throw new UsageError('Two sets of policies are compared: the old one and the new one.');
    const limit = Number(values.get('--limit')?.at(-1) ?? SHOWN);
    if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit needs a number of lines, 1 or more.');
    const before = (await readSources([older])).map(({ object }) => object.value);
    const after = (await readSources([newer])).map(({ object }) => object.value);
    const given = (await readSources(values.get('--cluster') ?? [])).map(({ object }) => object.value);
    // The pods of the new set count where no cluster is given: the question is what the change does to them.
    const cluster = new ClusterIndex(readObjects([...after, ...given].filter((value) => policyKindOf(value) === undefined)));
    if (cluster.podEndpoints.length === 0) throw new InputError('There is no pod to compare for: give them with --cluster (kubectl get pods,ns -A -o yaml).');
    const { differences, pairsOpened, pairsClosed } = diffPolicies(cluster, compilePolicies(before), compilePolicies(after));
    if (switches.has('--json')) {
      io.stdout.write(`${JSON.stringify({ pairsOpened, pairsClosed, differences })}\n`);
    } else {
      for (const difference of differences.slice(0, limit)) io.stdout.write(lines(difference));
      if (differences.length > limit) io.stdout.write(`… ${differences.length - limit} more (--limit)\n`);
      io.stdout.write(`pairs of pods opened: ${pairsOpened}, closed: ${pairsClosed}\n`);
    }
    return differences.length > 0 ? EXIT_FINDINGS : EXIT_OK;
  });
}
