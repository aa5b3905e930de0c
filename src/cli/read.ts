/** Reading a capture: prints packets, writes them to another capture (-w), or both. */
import type { WriteOptions } from '../contract/read.ts';
import type { Native } from '../engine/native.d.ts';
import { OutputFile } from '../engine/outputFile.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';
import type { ParsedRead, WriteRequest } from './readArguments.ts';

export function readCommand(native: Native, parsed: ParsedRead, io: CommandIo): number {
  const read = fileOf(parsed);
  const run = (write?: WriteOptions): number =>
    native.read({ ...read, ...(write === undefined ? {} : { write }) }, (chunk) => io.out(chunk), (line) => { io.err(line); });
  const { write } = parsed;
  if (write === undefined) return run();
  const app = `StratoShark ${native.version()}`;
  if (write.path === '-') {
    if (!read.quiet) throw new CommandError('-w - and -P would both write to standard output: leave one out.', exit.usage);
    return run({ fd: 1, format: write.format, keepSecrets: write.keepSecrets, app });
  }
  return writeToFile(write, read.file, (fd) => run({ fd, format: write.format, keepSecrets: write.keepSecrets, app }));
}

/** A damaged input leaves a whole file of the packets before the damage; any other failure leaves no file. */
function writeToFile({ path }: WriteRequest, input: string, run: (fd: number) => number): number {
  const output = OutputFile.open(path, input);
  let status: number = exit.failure;
  try {
    status = run(output.fd);
  } finally {
    if (status === exit.ok || status === exit.damaged) output.finish();
    else output.discard();
  }
  return status;
}

function fileOf({ read, positionals }: ParsedRead): ParsedRead['read'] {
  const [file, ...more] = positionals;
  if (read.file !== '' && file === undefined) return read;
  if (read.file === '' && file !== undefined && more.length === 0) return { ...read, file };
  const extra = read.file === '' ? more[0] : file;
  throw new CommandError(
    extra === undefined ? 'No capture is named: use -r FILE.' : `"${extra}" is one argument too many; quote a filter and give it with -Y.`,
    exit.usage,
  );
}
