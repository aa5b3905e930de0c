/** `stratoshark policy eval`: answers cases of the truth-table format, one JSON line per case. */
import { answerCase } from '../policy/caseAnswer.ts';
import { EXIT_CANNOT_TELL, EXIT_OK, guarded, InputError, parseArguments, readText, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = 'usage: stratoshark policy eval --cases FILE.jsonl[.gz] [--cases FILE…]';

function answerLine(line: string, where: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new InputError(`${where} is not JSON (${error instanceof Error ? error.message : ''}): give one case per line.`);
  }
  return JSON.stringify(answerCase(value));
}

/** Prints `{name, verdicts, denied_by, why}` per case. Exit status 0, or 2 where a line could not be read (the others are answered). */
export async function policyEval(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { values, files } = parseArguments(argv, { values: ['--cases'], switches: [] });
    const inputs = [...(values.get('--cases') ?? []), ...files];
    if (inputs.length === 0) throw new UsageError('There is no file of cases.');
    let status = EXIT_OK;
    for (const file of inputs) {
      const text = await readText(file);
      let number = 0;
      for (const line of text.split('\n')) {
        number++;
        if (line.trim() === '') continue;
        try {
          io.stdout.write(`${answerLine(line, `Line ${number} of ${file}`)}\n`);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          io.stderr.write(`${error.message}\n`);
          status = EXIT_CANNOT_TELL;
        }
      }
    }
    return status;
  });
}
