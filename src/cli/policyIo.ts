/** What the policy subcommands share: where they write, how they read options and files, how they fail. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

/** Where a subcommand writes. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** A subcommand: its arguments (without its own name) to its exit status. */
export type Command = (argv: readonly string[], io: CommandIo) => Promise<number>;

export const EXIT_OK = 0;
export const EXIT_FINDINGS = 1;
export const EXIT_CANNOT_TELL = 2;
export const EXIT_USAGE = 64;

/** A file that cannot be used: one sentence with cause and remedy. */
export class InputError extends Error {}

/** Wrong use of a command; its usage is shown with it. */
export class UsageError extends Error {}

/** `--help`: the usage is what was asked for. */
class HelpAsked extends Error {}

/** Files larger than this are refused: policies and pods of the largest clusters are far smaller. */
const LARGEST_FILE = 512 * 1024 * 1024;

function causeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file: check the name';
    case 'EACCES':
      return 'no permission to read it: change its mode or run as another user';
    case 'EISDIR':
      return 'it is a folder: name the files in it';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_FILE) throw new InputError('Standard input is larger than 512 MB: give a part of it.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads a text file (`-`: standard input), unpacking gzip. */
export async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readStdin() : await readFile(file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`Cannot read ${file}: ${causeOf(error)}.`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: LARGEST_FILE });
    } catch (error) {
      throw new InputError(`Cannot unpack ${file}: ${causeOf(error)}.`);
    }
  }
  return bytes.toString('utf8');
}

/** Arguments taken apart: options with a value, switches, and the rest. */
export interface Arguments {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly switches: ReadonlySet<string>;
  readonly files: readonly string[];
}

/** Takes arguments apart; `--name value` and `--name=value` are the same, `--` ends the options. */
export function parseArguments(argv: readonly string[], known: { readonly values: readonly string[]; readonly switches: readonly string[] }): Arguments {
  const values = new Map<string, string[]>();
  const switches = new Set<string>();
  const files: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (word === '--') {
      files.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      files.push(word);
      continue;
    }
    if (word === '--help' || word === '-h') throw new HelpAsked();
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    if (known.switches.includes(name) && equals < 0) {
      switches.add(name);
    } else if (known.values.includes(name)) {
      const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
      if (value === undefined) throw new UsageError(`${name} needs a value.`);
      values.set(name, [...(values.get(name) ?? []), value]);
    } else {
      throw new UsageError(`There is no option ${name}.`);
    }
  }
  return { values, switches, files };
}

/** Runs a command; wrong use and unusable files become one sentence on stderr and an exit status. */
export async function guarded(io: CommandIo, usage: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof HelpAsked) {
      io.stdout.write(`${usage}\n`);
      return EXIT_OK;
    }
    if (error instanceof UsageError) {
      io.stderr.write(`${error.message}\n${usage}\n`);
      return EXIT_USAGE;
    }
    if (error instanceof InputError) {
      io.stderr.write(`${error.message}\n`);
      return EXIT_CANNOT_TELL;
    }
    throw error;
  }
}
