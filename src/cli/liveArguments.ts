/** Parses the capturing options: tshark's letters (`-i eth0 -f … -w …`) and the long ones of `capture`. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { captureTerms } from '../capture/captureTerms.ts';
import type { LiveCompression, LiveFormat, LiveLimits, LiveOptions } from '../contract/live.ts';
import type { ReadOptions } from '../contract/read.ts';
import { CommandError, exit } from './exit.ts';
import { isHeld } from './heldArguments.ts';
import { bytesOf, countOf, secondsOf } from './quantities.ts';
import { parseRead, readingOptions } from './readArguments.ts';

export type OptionTable = NonNullable<ParseArgsConfig['options']>;

export interface LiveRequest {
  /** `output` is '' when packets are to be printed. */
  readonly live: LiveOptions;
  /** How they are printed. */
  readonly read: ReadOptions;
  readonly quiet: boolean;
  /** A program runs this one: status as JSON lines on standard output, end with standard input. */
  readonly supervised: boolean;
  /** Pods of this node instead of interfaces: what an agent in a cluster captures. */
  readonly pods?: { readonly filter: string; readonly namespace?: string };
  /** Frames for a program elsewhere (src/contract/agent.ts) instead of a file; `resume`: 32 hex digits of a session. */
  readonly framed?: { readonly resume?: string };
}

const letters = {
  interface: { type: 'string', short: 'i', multiple: true },
  'capture-filter': { type: 'string', short: 'f' },
  output: { type: 'string', short: 'w' },
  autostop: { type: 'string', short: 'a', multiple: true },
  ring: { type: 'string', short: 'b', multiple: true },
  snaplen: { type: 'string', short: 's' },
  'buffer-mebibytes': { type: 'string', short: 'B' },
  packets: { type: 'string', short: 'c' },
  'file-format': { type: 'string', short: 'F' },
  'list-interfaces': { type: 'boolean', short: 'D' },
  promiscuous: { type: 'boolean' },
  'no-promiscuous-mode': { type: 'boolean', short: 'p' },
  'line-buffered': { type: 'boolean', short: 'l' },
  supervised: { type: 'boolean' },
} as const satisfies OptionTable;

const liveLetters = new Set<string>(Object.values(letters).flatMap((option) => ('short' in option ? [option.short] : [])));
/** What reading takes and capturing does not. */
const reading: OptionTable = Object.fromEntries(
  Object.entries(readingOptions).filter(([name, option]) => !('short' in option && liveLetters.has(option.short)) && !(name in letters)),
);
/** Options that can only mean a capture, whatever else is there. */
const meansCapture = new Set(['interface', 'capture-filter', 'autostop', 'ring', 'list-interfaces']);

/** Whether these arguments ask for a capture (and not for reading a file). */
export function asksForCapture(argv: readonly string[]): boolean {
  const options: OptionTable = { ...letters, ...reading };
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const end = tokens.findIndex(({ kind }) => kind === 'positional');
  return tokens.slice(0, end < 0 ? undefined : end).some((token) => token.kind === 'option' && meansCapture.has(token.name));
}

export function parsedOptions<T extends OptionTable>(argv: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false, tokens: true });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.split('. ')[0] : String(thrown);
    throw new CommandError(`${reason ?? 'Wrong arguments'}; stratoshark --help lists the options.`, exit.usage);
  }
}

const kTsharkKilobyte = 1000;
const defaults = { snaplen: 262_144, bufferBytes: 16 * 1024 ** 2 } as const;

/** What the operator of an agent sets, else the usual. */
function bufferBytes(): number {
  const set = process.env['STRATOSHARK_BUFFER_SIZE'];
  return set === undefined || set === '' ? defaults.bufferBytes : bytesOf('STRATOSHARK_BUFFER_SIZE', set);
}

/** `-a duration:60` and `-b filesize:1000 -b files:5` as tshark has them. */
function limitsOf(option: '-a' | '-b', list: readonly string[]): LiveLimits {
  const limits: { -readonly [K in keyof LiveLimits]: LiveLimits[K] } = {};
  for (const text of list) {
    const [key = '', value = ''] = text.split(':', 2);
    const name = `${option} ${key}:`;
    if (key === 'duration') limits.seconds = secondsOf(name, value);
    else if (key === 'filesize') limits.bytes = countOf(name, value) * kTsharkKilobyte;
    else if (key === 'files') limits.files = countOf(name, value);
    else if (key === 'packets') limits.packets = countOf(name, value);
    else throw new CommandError(`${option} "${text}" is not known: use duration:SECONDS, filesize:KB, files:N or packets:N.`, exit.usage);
  }
  return limits;
}

function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === text);
  if (found === undefined) throw new CommandError(`${option} takes one of ${allowed.join(', ')}, not "${text}".`, exit.usage);
  return found;
}

const formats: readonly LiveFormat[] = ['pcapng', 'pcap', 'nsecpcap'];
const compressions: readonly LiveCompression[] = ['none', 'gzip', 'zstd'];

/** Throws where options contradict each other; each sentence says what to change. */
function checked(request: LiveRequest, asked: { readonly filter: string }): LiveRequest {
  const { live } = request;
  const usage = (sentence: string): never => { throw new CommandError(sentence, exit.usage); };
  const rotates = live.nextFile.bytes !== undefined || live.nextFile.seconds !== undefined || live.nextFile.packets !== undefined;
  if (live.output !== '' && asked.filter !== '') {
    usage('A display filter does not choose what is written: use -f with a capture filter, or write all and read it with -Y.');
  }
  if (rotates && (live.output === '' || live.output === '-')) usage('Several files need a name: give one with -w.');
  if (live.nextFile.files !== undefined && !rotates) {
    usage('A number of files to keep needs a limit for each: -b filesize:, -b duration: or -b packets: (--rotate-size).');
  }
  // A program that has started this one by fork() is told on that channel.
  if (live.output === '-' && request.supervised && process.send === undefined) usage('--supervised talks on standard output: give -w a file.');
  return request;
}

/** Short options: `stratoshark -i …`. */
export function parseLive(argv: readonly string[]): LiveRequest {
  const { values: v, tokens } = parsedOptions(argv, { ...letters, ...reading } as typeof letters & typeof readingOptions);
  // What is for reading goes to reading's own parser, in its order.
  const rest = tokens.flatMap((token) =>
    token.kind === 'option' && token.name in reading ? [token.rawName, ...(token.value === undefined ? [] : [token.value])] : []);
  const { read } = parseRead(rest);
  const stop = limitsOf('-a', v.autostop ?? []);
  const packets = v.packets === undefined ? stop.packets : countOf('-c', v.packets);
  const live: LiveOptions = {
    interfaces: v.interface ?? [],
    filter: v['capture-filter'] ?? '',
    snaplen: v.snaplen === undefined || v.snaplen === '0' ? defaults.snaplen : countOf('-s', v.snaplen),
    bufferBytes: v['buffer-mebibytes'] === undefined ? bufferBytes() : countOf('-B', v['buffer-mebibytes']) * 1024 ** 2,
    promiscuous: v.promiscuous ?? false,
    output: v.output ?? '',
    format: oneOf('-F', v['file-format'] ?? 'pcapng', formats),
    compress: 'none',
    stop: { ...stop, ...(packets === undefined ? {} : { packets }) },
    nextFile: limitsOf('-b', v.ring ?? []),
  };
  return checked({ live, read, quiet: read.quiet, supervised: v.supervised ?? false }, { filter: read.filter });
}

const words = {
  interface: { type: 'string', short: 'i', multiple: true },
  'capture-filter': { type: 'string', short: 'f' },
  'ebpf-filter': { type: 'string' },
  output: { type: 'string', short: 'w' },
  duration: { type: 'string' },
  packets: { type: 'string', short: 'c' },
  'buffer-size': { type: 'string' },
  snaplen: { type: 'string', short: 's' },
  'rotate-size': { type: 'string' },
  'rotate-duration': { type: 'string' },
  'rotate-files': { type: 'string' },
  compress: { type: 'string' },
  promiscuous: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  supervised: { type: 'boolean' },
  namespace: { type: 'string' },
  framed: { type: 'boolean' },
  resume: { type: 'string' },
} as const satisfies OptionTable;

/** Both filters as one. What needs to know pods and processes is the agent's. */
function filterOf(captureFilter: string, ebpfFilter: string | undefined): string {
  if (ebpfFilter === undefined) return captureFilter;
  const terms = captureTerms(ebpfFilter);
  if (terms.ok) return captureFilter.trim() === '' ? terms.filter : `(${captureFilter}) and ${terms.filter}`;
  throw new CommandError(
    terms.identity
      ? `--ebpf-filter: ${terms.message} Here use addresses and ports, or --capture-filter with a capture filter such as "host 10.0.0.1 and tcp port 80".`
      : `--ebpf-filter: ${terms.message}`,
    exit.usage,
  );
}

/** Long options: `stratoshark capture …`. `inAgent`: pods can be named, and are what is captured unless interfaces are. */
export function parseCapture(argv: readonly string[], inAgent = false): LiveRequest {
  const { values: v } = parsedOptions(argv, words);
  const ofPods = inAgent && v.interface === undefined;
  if (v.namespace !== undefined && !ofPods) throw new CommandError('--namespace is for captures of pods, in an agent of a cluster.', exit.usage);
  const framed = framedOf(v, ofPods);
  const given = (key: keyof LiveLimits, value: number | undefined): LiveLimits => (value === undefined ? {} : { [key]: value });
  const optional = (name: string, text: string | undefined, convert: (option: string, text: string) => number): number | undefined =>
    text === undefined ? undefined : convert(name, text);
  const live: LiveOptions = {
    interfaces: ofPods ? [] : (v.interface ?? ['any']),
    points: ofPods,
    filter: ofPods ? (v['capture-filter'] ?? '') : filterOf(v['capture-filter'] ?? '', v['ebpf-filter']),
    snaplen: optional('--snaplen', v.snaplen, countOf) ?? defaults.snaplen,
    bufferBytes: optional('--buffer-size', v['buffer-size'], bytesOf) ?? bufferBytes(),
    promiscuous: v.promiscuous ?? false,
    // Who is held to a namespace gets the capture itself, not rows.
    output: v.output ?? (framed !== undefined || isHeld(argv) ? '-' : ''),
    format: 'pcapng',
    compress: oneOf('--compress', v.compress ?? 'none', compressions),
    stop: { ...given('seconds', optional('--duration', v.duration, secondsOf)), ...given('packets', optional('--packets', v.packets, countOf)) },
    nextFile: {
      ...given('bytes', optional('--rotate-size', v['rotate-size'], bytesOf)),
      ...given('seconds', optional('--rotate-duration', v['rotate-duration'], secondsOf)),
      ...given('files', optional('--rotate-files', v['rotate-files'], countOf)),
    },
  };
  const { read } = parseRead([]);
  const pods = ofPods ? { pods: { filter: v['ebpf-filter'] ?? '', ...(v.namespace === undefined ? {} : { namespace: v.namespace }) } } : {};
  return checked({ live, read, quiet: v.quiet ?? false, supervised: v.supervised ?? false, ...pods, ...(framed === undefined ? {} : { framed }) }, { filter: '' });
}

function framedOf(v: { readonly interface?: readonly string[]; readonly framed?: boolean; readonly resume?: string; readonly output?: string }, ofPods: boolean): LiveRequest['framed'] {
  const usage = (sentence: string): never => { throw new CommandError(sentence, exit.usage); };
  if (v.framed !== true) return v.resume === undefined ? undefined : usage('--resume goes with --framed.');
  if (!ofPods && v.interface === undefined) usage('--framed is for captures of pods, in an agent of a cluster, or of interfaces that are named.');
  if (v.output !== undefined) usage('--framed talks on standard output: leave --output out.');
  if (v.resume === undefined) return {};
  return /^[0-9a-f]{32}$/.test(v.resume) ? { resume: v.resume } : usage('--resume takes the 32 hex digits that the session was begun with.');
}

export const listsInterfaces = (argv: readonly string[]): boolean => argv.includes('-D') || argv.includes('--list-interfaces');
