/**
 * The text form of a golden: what the referee answered for one capture.
 *
 *   # tshark 4.0.17 …            comments: version, exit status
 *   @ rows (exit 0): tshark -n -r FILE
 *   …the lines as printed…
 *   @ rows-2 (exit 0): tshark -n -2 -r FILE
 *   = as rows                    when nothing differs
 *   @ fields (exit 0): …         frame number, then field=value of every field that is there
 *   @ fields-2 (exit 0): …       only the cells that a second pass changes (an empty value: gone)
 */
import { createHash } from 'node:crypto';
import { UNIT } from './captures.ts';

/** Cells of one packet: field name to value. */
export type Cells = ReadonlyMap<string, string>;

export interface Answer {
  readonly exit: number;
  readonly rows: readonly string[];
}

export interface FieldAnswer {
  readonly exit: number;
  /** One a packet, in the order printed. */
  readonly packets: readonly Cells[];
}

export interface Golden {
  readonly version: string;
  readonly rows: Answer;
  readonly rows2: Answer;
  readonly fields: FieldAnswer;
  readonly fields2: FieldAnswer;
}

const PICTURE = '␟';
/** Longer values (payloads, certificates) are kept as their beginning and a hash. */
const LONG = 120;

export function shorten(value: string): string {
  if (value.length <= LONG) return value;
  return `${value.slice(0, 40)}…${createHash('sha256').update(value).digest('hex').slice(0, 16)} (${value.length})`;
}

/** Reads what `-T fields` printed for `names`. */
export function parseFields(output: string, names: readonly string[]): Cells[] {
  const lines = output.split('\n').slice(0, -1);
  return lines.map((line) => {
    const values = line.split('\t');
    return new Map(names.flatMap((name, i) => ((values[i] ?? '') === '' ? [] : [[name, shorten(values[i] ?? '')] as const])));
  });
}

const picture = (value: string): string => value.replaceAll(UNIT, PICTURE).replaceAll('\r', '␍').replaceAll('\n', '␊');
const unpicture = (value: string): string => value.replaceAll(PICTURE, UNIT).replaceAll('␍', '\r').replaceAll('␊', '\n');

function cellLines(packets: readonly Cells[]): string[] {
  return packets.map((cells, i) => [String(i + 1), ...[...cells].map(([k, v]) => `${k}=${picture(v)}`)].join('\t'));
}

function changed(before: Cells | undefined, after: Cells): Cells {
  const gone = [...(before?.keys() ?? [])].filter((k) => !after.has(k)).map((k) => [k, ''] as const);
  return new Map([...[...after].filter(([k, v]) => before?.get(k) !== v), ...gone]);
}

export function formatGolden(g: Golden): string {
  const same = g.rows2.rows.join('\n') === g.rows.rows.join('\n');
  const changes = cellLines(g.fields2.packets.map((cells, i) => changed(g.fields.packets[i], cells))).filter((line) => line.includes('\t'));
  return [
    `# ${g.version}, no preferences (WIRESHARK_CONFIG_DIR points nowhere), TZ=UTC; fields: test/golden/fields.txt`,
    `@ rows (exit ${g.rows.exit}): tshark -n -r FILE`, ...g.rows.rows,
    `@ rows-2 (exit ${g.rows2.exit}): tshark -n -2 -r FILE`, ...(same ? ['= as rows'] : g.rows2.rows),
    `@ fields (exit ${g.fields.exit}): tshark -n -r FILE -T fields -e …`, ...cellLines(g.fields.packets),
    `@ fields-2 (exit ${g.fields2.exit}): tshark -n -2 -r FILE -T fields -e …, what changes`, ...changes, '',
  ].join('\n');
}

export function parseGolden(text: string): Golden {
  const lines = text.split('\n').slice(0, -1);
  const part = (name: string): { exit: number; lines: string[] } => {
    const start = lines.findIndex((l) => l.startsWith(`@ ${name} (`));
    if (start < 0) throw new Error(`golden without "@ ${name}": write it anew with "npm run golden:update"`);
    const rest = lines.slice(start + 1);
    const end = rest.findIndex((l) => l.startsWith('@ '));
    return { exit: Number(/\(exit (\d+)\)/.exec(lines[start] ?? '')?.[1] ?? -1), lines: end < 0 ? rest : rest.slice(0, end) };
  };
  const cells = (line: string): Cells => new Map(line.split('\t').slice(1).map((c) => [c.slice(0, c.indexOf('=')), unpicture(c.slice(c.indexOf('=') + 1))]));
  const [rows, rows2, fields, fields2] = [part('rows'), part('rows-2'), part('fields'), part('fields-2')];
  const packets = fields.lines.map(cells);
  const changes = new Map(fields2.lines.map((l) => [Number(l.slice(0, l.indexOf('\t'))), cells(l)]));
  const second = packets.map((before, i) => new Map([...new Map([...before, ...(changes.get(i + 1) ?? [])])].filter(([, v]) => v !== '')));
  return {
    version: lines[0] ?? '',
    rows: { exit: rows.exit, rows: rows.lines },
    rows2: { exit: rows2.exit, rows: rows2.lines[0] === '= as rows' ? rows.lines : rows2.lines },
    fields: { exit: fields.exit, packets },
    fields2: { exit: fields2.exit, packets: second },
  };
}
