/** `stratoshark policy lint`: which documents the API server would accept, and why not the others. */
import { lintText, objectName, type LintResult } from '../policy/lint.ts';
import { EXIT_FINDINGS, EXIT_OK, guarded, parseArguments, readText, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = 'usage: stratoshark policy lint [--json] FILE…   (- reads standard input)';

/** The JSON line of one document: `{file, document, accepted, errors: [{field, type, message}]}`. */
function jsonLine(file: string, result: LintResult): string {
  const { object } = result;
  const item = object.path[1];
  return JSON.stringify({
    file,
    document: object.document,
    ...(item === undefined ? {} : { item }),
    accepted: result.accepted,
    ...(result.kind === undefined && result.accepted ? { note: 'not a policy: not judged' } : {}),
    errors: result.errors.map(({ field, type, message, range }) => ({
      field,
      type,
      message,
      line: range.start.line,
      column: range.start.column,
    })),
  });
}

function textLines(file: string, result: LintResult): string {
  const { object, errors, kind } = result;
  const title = `document ${object.document + 1}${kind === undefined ? '' : ` (${kind} ${objectName(object.value)})`}`;
  if (errors.length === 0) return kind === undefined ? '' : `${file}: ${title}: accepted\n`;
  return errors
    .map(({ field, message, range }) => {
      const where = field === '' ? '' : `${field}: `;
      return `${file}:${range.start.line}:${range.start.column}: ${title}: ${where}${message}\n`;
    })
    .join('');
}

/** Exit status 0: every document is accepted; 1: one is not; 2: a file cannot be read. */
export async function policyLint(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { switches, files } = parseArguments(argv, { values: [], switches: ['--json'] });
    if (files.length === 0) throw new UsageError('There is no file to judge.');
    let status = EXIT_OK;
    for (const file of files) {
      const results = lintText(await readText(file));
      if (results.length === 0) io.stderr.write(`${file} holds no document.\n`);
      for (const result of results) {
        io.stdout.write(switches.has('--json') ? `${jsonLine(file, result)}\n` : textLines(file, result));
        if (!result.accepted) status = EXIT_FINDINGS;
      }
    }
    return status;
  });
}
