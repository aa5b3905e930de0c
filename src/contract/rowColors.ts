/**
 * Names of the row colours that coloring rules choose from. Each is two theme colours of package.json,
 * `stratoshark.row.NAME.background` and `.foreground`, for light, dark and high contrast themes.
 */
export const rowColors = [
  'trouble', 'reset', 'malformed', 'error', 'dropped', 'warning', 'http', 'dns', 'tls', 'tcp', 'udp', 'icmp', 'arp', 'control',
  'accent1', 'accent2', 'accent3', 'accent4',
] as const;

export type RowColor = (typeof rowColors)[number];

/** Marked packets have one too; rules cannot choose it. */
export const markedColor = 'marked';
