/** Packet numbers as people write them. */
const kLastPacket = 0xffff_ffff;

/** "1-100, 205, 310-" as first and last packets, ascending; undefined when it is something else. */
export function parseRanges(text: string): readonly (readonly [number, number])[] | undefined {
  const parts = text.split(',').map((part) => /^\s*(\d{1,10})\s*(?:(-)\s*(\d{1,10})?)?\s*$/.exec(part));
  const ranges = parts.map((match): readonly [number, number] => {
    const first = Number(match?.[1] ?? 0);
    const last = match?.[2] === undefined ? first : match[3] === undefined ? kLastPacket : Number(match[3]);
    return [first, Math.min(last, kLastPacket)];
  });
  return ranges.every(([first, last]) => first >= 1 && last >= first) ? ranges.toSorted(([a], [b]) => a - b) : undefined;
}
