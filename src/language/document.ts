/**
 * Files of filters (`*.dfilter`): one filter on each line that is not blank. A line whose first character other than
 * blanks is `#` is a comment; elsewhere `#` is the language's own (`ip.addr#2`).
 */

export interface FilterLine {
  /** From 0. */
  readonly line: number;
  /** Where the filter begins in its line. */
  readonly start: number;
  /** Without the blanks around it. */
  readonly text: string;
}

/** The filter of a line, undefined where there is none. */
export function filterOfLine(content: string, line: number): FilterLine | undefined {
  const text = content.trim();
  return text === '' || text.startsWith('#') ? undefined : { line, start: content.indexOf(text), text };
}

export const filterLines = (content: string): readonly FilterLine[] =>
  content.split(/\r\n|\r|\n/).flatMap((line, number) => filterOfLine(line, number) ?? []);
