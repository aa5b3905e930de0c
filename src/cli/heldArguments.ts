/**
 * `stratoshark capture --namespace NS …` in an agent: who may run only this is held to NS. An admission policy sees the
 * first words of a command and no more, so the rest is taken strictly: each option once, as it is written in the table.
 */
import { CommandError, exit } from './exit.ts';

/** RFC 1123 label, as the API server demands of namespaces. */
const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** What may be said, and whether a value follows. Nothing that names a file, an interface or keys. */
const allowed: Readonly<Record<string, 'value' | 'flag'>> = {
  '--namespace': 'value', '--ebpf-filter': 'value', '--duration': 'value', '--snaplen': 'value', '--buffer-size': 'value', '--ebpf-events': 'value',
  '--framed': 'flag', '--resume': 'value',
};
const events = ['drops', 'dns', 'syscalls'];

/** Whether the words after `capture` are of a capture that is held to a namespace. */
export const isHeld = (argv: readonly string[]): boolean => argv[0]?.startsWith('--namespace') === true;

/** Throws CommandError where a word is not allowed; what remains is for the usual parser, which writes to standard output. */
export function checkHeld(argv: readonly string[]): void {
  const refuse = (sentence: string): never => { throw new CommandError(`${sentence} A capture held to a namespace takes --namespace first, then each of ${Object.keys(allowed).slice(1).join(', ')} at most once, its value as a word of its own.`, exit.usage); };
  if (argv[0] !== '--namespace') refuse(`"${argv[0] ?? ''}" is not taken.`);
  const given = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const name = argv[at] ?? '';
    const kind = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (kind === undefined) refuse(`"${name}" is not taken.`);
    if (given.has(name)) refuse(`${name} is given twice.`);
    const value = kind === 'flag' ? '' : argv[++at];
    if (value === undefined || value.startsWith('-')) refuse(`${name} needs a value.`);
    given.set(name, value ?? '');
  }
  if (!namespaceName.test(given.get('--namespace') ?? '')) refuse(`"${given.get('--namespace') ?? ''}" is no name of a namespace.`);
  if (given.has('--resume') && !given.has('--framed')) refuse('--resume goes with --framed.');
  const wanted = given.get('--ebpf-events');
  if (wanted !== undefined && !events.includes(wanted)) refuse(`--ebpf-events takes ${events.join(', ')} here.`);
}
