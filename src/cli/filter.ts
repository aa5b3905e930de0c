/** `stratoshark filter explain 'EXPR'` and `stratoshark filter match -r FILE --filters F.json`. */
import { readFileSync } from 'node:fs';
import type { FilterCheck } from '../contract/capture.ts';
import type { CaptureFilterCheck } from '../contract/live.ts';
import type { ReadOptions } from '../contract/read.ts';
import type { Native } from '../engine/native.d.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';
import { parseRead } from './readArguments.ts';

/** 0 valid, 1 not: the stages of its compilation, or the message with the place it is about. */
function explain(native: Native, argv: readonly string[], io: CommandIo): number {
  if (argv[0] === '--capture') return explainCapture(native, argv.slice(1), io);
  const [text, ...more] = argv;
  if (text === undefined || more.length > 0) {
    throw new CommandError("filter explain takes one filter, quoted: filter explain 'tcp.port == 443'.", exit.usage);
  }
  const check = JSON.parse(native.checkFilter(text)) as FilterCheck;
  if (!check.ok) {
    const { start, end, message } = check.error;
    io.err(`${message}\n  ${text}\n  ${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))}`);
    return exit.failure;
  }
  for (const warning of check.warnings) io.err(`Warning: ${warning.message}`);
  io.out(native.explainFilter(text));
  return exit.ok;
}

/** The same of a capture filter (`-f`): the program the kernel runs, or libpcap's message. */
function explainCapture(native: Native, argv: readonly string[], io: CommandIo): number {
  const [text, ...more] = argv;
  if (text === undefined || more.length > 0) {
    throw new CommandError("filter explain --capture takes one capture filter, quoted: 'tcp port 443'.", exit.usage);
  }
  const check = JSON.parse(native.checkCaptureFilter(text)) as CaptureFilterCheck;
  if (!check.ok) {
    const { message, length } = check;
    const start = Buffer.from(text).subarray(0, check.start).toString().length;
    io.err(`${message}${length === 0 ? '' : `\n  ${text}\n  ${' '.repeat(start)}${'^'.repeat(length)}`}`);
    return exit.failure;
  }
  io.out(check.listing);
  return exit.ok;
}

function filtersOf(path: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new CommandError(`The filters of "${path}" could not be read (${reason}): give a JSON object {"id": "filter"}.`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new CommandError(`"${path}" holds no JSON object {"id": "filter"}.`, exit.usage);
  }
  return parsed as Readonly<Record<string, string>>;
}

function match(native: Native, before: ReadOptions, argv: readonly string[], io: CommandIo): number {
  const at = argv.indexOf('--filters');
  const path = at < 0 ? undefined : argv[at + 1];
  if (path === undefined) throw new CommandError('filter match needs -r FILE and --filters F.json.', exit.usage);
  const rest = [...argv.slice(0, at), ...argv.slice(at + 2)];
  const { read } = parseRead(rest);
  const settings = rest.includes('-o') || rest.includes('-d') ? read.settings : before.settings;
  const file = read.file === '' ? before.file : read.file;
  if (file === '') throw new CommandError('filter match needs -r FILE.', exit.usage);
  return native.matchFilters({ ...read, file, settings }, filtersOf(path), (c) => io.out(c), (l) => io.err(l));
}

export function filterCommand(native: Native, before: ReadOptions, argv: readonly string[], io: CommandIo): number {
  const [verb, ...rest] = argv;
  if (verb === 'explain') return explain(native, rest, io);
  if (verb === 'match') return match(native, before, rest, io);
  throw new CommandError('filter takes explain or match: filter explain \'EXPR\', filter match -r FILE --filters F.json.', exit.usage);
}
