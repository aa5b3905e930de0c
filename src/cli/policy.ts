/** `stratoshark policy eval|lint|assert|diff|explain`: everything about policies that needs no cluster. */
import { policyAssert } from './policyAssert.ts';
import { policyDiff } from './policyDiff.ts';
import { policyEval } from './policyEval.ts';
import { policyExplain } from './policyExplain.ts';
import { EXIT_OK, EXIT_USAGE, type Command, type CommandIo } from './policyIo.ts';
import { policyLint } from './policyLint.ts';

/** The subcommands, with one line of help each. A new one is a row. */
export const policyCommands: Readonly<Record<string, { readonly run: Command; readonly help: string }>> = {
  eval: { run: policyEval, help: 'verdicts and reasons for cases of the truth-table format' },
  lint: { run: policyLint, help: 'which documents the API server accepts; --hygiene: and what is unlikely to be meant' },
  assert: { run: policyAssert, help: 'must-allow and must-deny lines, with counterexamples' },
  diff: { run: policyDiff, help: 'what a change of policies opens and closes' },
  explain: { run: policyExplain, help: 'one flow: the deciding line, the nearest rule, the smallest change' },
};

function usage(): string {
  const rows = Object.entries(policyCommands).map(([name, { help }]) => `  ${name.padEnd(8)} ${help}\n`);
  return `usage: stratoshark policy COMMAND …\n${rows.join('')}`;
}

/** Runs a policy subcommand: its name is the first argument. Exit status 64 where there is none of that name. */
export async function policy(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name = '', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(usage());
    return EXIT_OK;
  }
  if (Object.hasOwn(policyCommands, name)) return (await policyCommands[name]?.run(rest, io)) ?? EXIT_USAGE;
  io.stderr.write(`${name === '' ? 'A policy command is missing.' : `There is no policy command "${name}".`}\n${usage()}`);
  return EXIT_USAGE;
}
