/** Parses the reading options (tshark's letters) into ReadOptions. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { EngineSettings } from '../contract/capture.ts';
import type { ReadOptions } from '../contract/read.ts';
import { CommandError, exit } from './exit.ts';

/** The options of reading, for whoever takes some more beside them. */
export const readingOptions = {
  read: { type: 'string', short: 'r' },
  'no-resolve': { type: 'boolean', short: 'n' },
  'two-pass': { type: 'boolean', short: '2' },
  filter: { type: 'string', short: 'Y' },
  format: { type: 'string', short: 'T' },
  field: { type: 'string', short: 'e', multiple: true },
  'field-option': { type: 'string', short: 'E', multiple: true },
  details: { type: 'boolean', short: 'V' },
  hex: { type: 'boolean', short: 'x' },
  count: { type: 'string', short: 'c' },
  quiet: { type: 'boolean', short: 'q' },
  option: { type: 'string', short: 'o', multiple: true },
  'decode-as': { type: 'string', short: 'd', multiple: true },
  time: { type: 'string', short: 't' },
  write: { type: 'string', short: 'w' },
  'file-type': { type: 'string', short: 'F' },
  tap: { type: 'string', short: 'z', multiple: true },
  print: { type: 'boolean', short: 'P' },
  'keep-secrets': { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** Letters of the options above that take a value, for whoever walks arguments before a subcommand. */
export const shortsWithValue: ReadonlySet<string> = new Set(
  Object.values(readingOptions).flatMap((o) => (o.type === 'string' ? [o.short] : [])),
);

const timeFormats = new Set(['r', 'u', 'ud', 'a', 'ad', 'd', 'dd', 'e']);
const named: Readonly<Record<string, string>> = { '/t': '\t', '/s': ' ', d: '"', s: "'", n: '' };

function oneOf(value: string | undefined, allowed: ReadonlySet<string>, what: string, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (allowed.has(value)) return value;
  throw new CommandError(`${what} takes one of ${[...allowed].join(', ')}, not "${value}".`, exit.usage);
}

function fieldOptions(list: readonly string[]): Pick<ReadOptions, 'separator' | 'occurrence' | 'quote' | 'aggregator' | 'header'> {
  const result = { separator: '\t', occurrence: 'a', quote: '', aggregator: ',', header: false };
  for (const text of list) {
    const at = text.indexOf('=');
    const key = text.slice(0, Math.max(at, 0));
    const value = text.slice(at + 1);
    if (key === 'separator') result.separator = named[value] ?? value;
    else if (key === 'aggregator') result.aggregator = named[value] ?? value;
    else if (key === 'occurrence') result.occurrence = oneOf(value, new Set(['f', 'l', 'a']), '-E occurrence=', 'a');
    else if (key === 'quote') result.quote = named[oneOf(value, new Set(['d', 's', 'n']), '-E quote=', 'n')] ?? '';
    else if (key === 'header') result.header = value === 'y';
    else if (key !== 'bom' && key !== 'escape') {
      throw new CommandError(
        `-E "${text}" is not known: use separator=, occurrence=, aggregator=, quote= or header=.`,
        exit.usage,
      );
    }
  }
  return result;
}

function settings(list: readonly string[], decodeAs: readonly string[]): EngineSettings {
  let wiresharkDefaults = false;
  let keylogFile = '';
  let unpackLimit = 0;
  for (const text of list) {
    const [key, ...rest] = text.split(':');
    if (text === 'defaults:wireshark') wiresharkDefaults = true;
    else if (key === 'tls.keylog_file') keylogFile = rest.join(':');
    else if (key === 'unpack.limit') unpackLimit = bytesOf(rest.join(':'));
    else {
      throw new CommandError(`-o "${text}" is not known: use tls.keylog_file:FILE, unpack.limit:BYTES or defaults:wireshark.`, exit.usage);
    }
  }
  return { wiresharkDefaults, keylogFile, decodeAs, unpackLimit };
}

/** A number of bytes, at least 1. */
function bytesOf(text: string): number {
  const bytes = Number(text);
  if (!Number.isSafeInteger(bytes) || bytes < 1) {
    throw new CommandError(`-o unpack.limit: takes a number of bytes, not "${text}".`, exit.usage);
  }
  return bytes;
}

function countOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const n = Number(text);
  if (Number.isInteger(n) && n > 0 && n < 2 ** 32) return n;
  throw new CommandError(`-c takes a number of packets greater than 0, not "${text}".`, exit.usage);
}

function writeOf(path: string | undefined, type: string | undefined, keepSecrets: boolean): WriteRequest | undefined {
  const format = oneOf(type, new Set(['pcapng', 'pcap']), '-F', 'pcapng') as WriteRequest['format'];
  if (path === undefined && (type !== undefined || keepSecrets)) {
    throw new CommandError('-F and --keep-secrets say how -w writes: name a file with -w FILE.', exit.usage);
  }
  return path === undefined ? undefined : { path, format, keepSecrets };
}

/** What stands before or instead of a subcommand. `positionals` is what is no option. */
export interface ParsedRead {
  readonly read: ReadOptions;
  readonly positionals: readonly string[];
  /** -w with what goes with it. */
  readonly write?: WriteRequest;
}

/** A capture to be written; `path` '-' is standard output. */
export interface WriteRequest {
  readonly path: string;
  readonly format: 'pcapng' | 'pcap';
  readonly keepSecrets: boolean;
}

/** Throws CommandError (usage) with one sentence when an option is wrong. */
export function parseRead(argv: readonly string[]): ParsedRead {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: readingOptions, allowPositionals: true, strict: true });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('. ')[0] : String(thrown);
    throw new CommandError(`${reason ?? 'Wrong arguments'}; stratoshark --help lists the options.`, exit.usage);
  }
  const v = parsed.values;
  const fields = v.field ?? [];
  const format = oneOf(v.format, new Set(['text', 'fields', 'json']), '-T', 'text') as ReadOptions['format'];
  if (format === 'fields' && fields.length === 0) {
    throw new CommandError('-T fields needs at least one -e FIELD; stratoshark fields lists them.', exit.usage);
  }
  const write = writeOf(v.write, v['file-type'], v['keep-secrets'] ?? false);
  return {
    positionals: parsed.positionals,
    ...(write === undefined ? {} : { write }),
    read: {
      file: v.read ?? '',
      filter: v.filter ?? '',
      format,
      fields,
      ...fieldOptions(v['field-option'] ?? []),
      details: v.details ?? false,
      hex: v.hex ?? false,
      // As tshark: what is written is printed only when that is asked for.
      quiet: (v.quiet ?? false) || (write !== undefined && v.print !== true),
      twoPass: v['two-pass'] ?? false,
      count: countOf(v.count),
      time: oneOf(v.time, timeFormats, '-t', 'r'),
      taps: v.tap ?? [],
      settings: settings(v.option ?? [], v['decode-as'] ?? []),
    },
  };
}
