/** Numbers as people read them. */

const whole = new Intl.NumberFormat('en-US');

export const formatCount = (value: number): string => whole.format(value);

/** Share of a whole, one decimal: "12.5 %". */
export const formatPercent = (part: number, total: number): string =>
  total === 0 ? '0.0 %' : `${((100 * part) / total).toFixed(1)} %`;

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Hexadecimal with at least `digits` digits. */
export const formatHex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
