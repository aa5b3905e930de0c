/** Keeps answers small enough to pass to the page within a frame (host → page is 14–36 MB/s). */
import type { PacketRow, RowPage } from '../contract/capture.ts';

/** Limit of a page of rows and of a piece of bytes. */
export const kPageBytes = 32 * 1024;
/** Bytes of one source that travel with the packet's tree; the rest is asked for as it is scrolled to. */
export const kInlineBytes = 8 * 1024;
/** Most rows asked of the engine at once, whatever the page asks: a row takes no less than this many bytes. */
const kLeastRowBytes = 80;
export const kPageRows = Math.floor(kPageBytes / kLeastRowBytes);
/** Longest text of one cell: a row must fit in a page with room for others. */
const kCellCharacters = 2000;

const shorten = (text: string): string =>
  text.length <= kCellCharacters ? text : `${text.slice(0, kCellCharacters)}…`;

function shortenRow(row: PacketRow): PacketRow {
  return {
    ...row,
    source: shorten(row.source),
    destination: shorten(row.destination),
    protocol: shorten(row.protocol),
    info: shorten(row.info),
    ...(row.cells === undefined ? {} : { cells: row.cells.map(shorten) }),
  };
}

/** The page's first rows, as many as fit into kPageBytes of JSON, at least one; the rest is asked for again. */
export function fitPage(page: RowPage): RowPage {
  const rows: PacketRow[] = [];
  let bytes = 0;
  for (const full of page.rows) {
    const row = shortenRow(full);
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes > kPageBytes && rows.length > 0) {
      break;
    }
    rows.push(row);
  }
  return { ...page, rows };
}
