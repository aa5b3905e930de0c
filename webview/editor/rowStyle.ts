/** How rows stand out: by the coloring rule that matched, and by what the user marked. */
import type { PacketRow } from '../../src/contract/capture.ts';
import type { ColoringRule } from '../../src/contract/preferences.ts';
import { markedColor, rowColorId, rowColors } from '../../src/contract/rowColors.ts';
import type { PacketMarks } from './marks.ts';
import type { RowStyle } from './packetList.ts';

interface Shades {
  readonly background: string;
  readonly foreground: string;
}

const names: ReadonlySet<string> = new Set(rowColors);

const themed = (name: string): Shades => ({
  background: `var(--vscode-${rowColorId(name, 'Background').replace('.', '-')})`,
  foreground: `var(--vscode-${rowColorId(name, 'Foreground').replace('.', '-')})`,
});

/** Relative luminance of `#rrggbb` (WCAG 2.1). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** A colour of the palette, or the user's own with the text in black or white, whichever is read better. */
export function shadesOf(color: string): Shades | undefined {
  if (names.has(color)) {
    return themed(color);
  }
  // Contrast against black is higher than against white from this luminance on: (L + 0.05)² = 1.05 · 0.05.
  return /^#[0-9a-f]{6}$/i.test(color)
    ? { background: color, foreground: luminance(color) > 0.179 ? '#000000' : '#ffffff' } : undefined;
}

/** `rules` are those of the look, by whose order a row names the one that matched. */
export function rowStyle(packet: PacketRow, rules: readonly ColoringRule[], marks: PacketMarks): RowStyle {
  const ignored = marks.has('ignored', packet.n);
  const marked = packet.marked === true;
  const commented = packet.commented === true;
  const reference = marks.has('references', packet.n);
  const rule = packet.rule === undefined || ignored ? undefined : rules[packet.rule];
  const shades = marked ? themed(markedColor) : rule === undefined ? undefined : shadesOf(rule.color);
  const classes = [shades === undefined ? '' : 'colored', marked ? 'marked' : '', commented ? 'commented' : '', ignored ? 'ignored' : '', reference ? 'reference' : ''];
  const said = [marked ? 'Marked' : '', commented ? 'Commented' : '', ignored ? 'Ignored' : '', reference ? 'Time reference' : '', rule?.name ?? ''];
  return {
    className: classes.filter((name) => name !== '').join(' '),
    background: shades?.background ?? '',
    foreground: shades?.foreground ?? '',
    title: said.filter((words) => words !== '').join(' · '),
    texts: {
      ...(reference ? { time: '*REF*' } : {}),
      ...(ignored ? { source: '', destination: '', protocol: '', info: '<Ignored>' } : {}),
    },
  };
}
