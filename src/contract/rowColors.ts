/**
 * Names of the row colours that coloring rules choose from. Each is two theme colours of package.json,
 * `stratoshark.rowNAMEBackground` and `…Foreground`, for light, dark and high contrast themes. (One dot only: VS Code
 * makes a CSS variable of an id by replacing its first dot.)
 */
export const rowColors = [
  'trouble', 'reset', 'malformed', 'error', 'dropped', 'warning', 'http', 'dns', 'tls', 'tcp', 'udp', 'icmp', 'arp', 'control',
  'accent1', 'accent2', 'accent3', 'accent4',
] as const;

/** Id of one of its two theme colours. */
export const rowColorId = (name: string, part: 'Background' | 'Foreground'): string =>
  `stratoshark.row${name.charAt(0).toUpperCase()}${name.slice(1)}${part}`;

export type RowColor = (typeof rowColors)[number];

/** Marked packets have one too; rules cannot choose it. */
export const markedColor = 'marked';
