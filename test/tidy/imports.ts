/** Reads what source files import and judges it by a table of rooms. */

/** Rooms that may be imported from a room; the room itself always may. `*` is everything. */
export type Directions = Readonly<Record<string, readonly string[]>>;

export interface Import {
  readonly from: string;
  /** As written in the file. */
  readonly specifier: string;
  /** Path in the project when the import is of the project's own file. */
  readonly file?: string;
}

/** Sentences about imports that the table does not allow; `room` names the room of a path. */
export function violations(imports: readonly Import[], directions: Directions, room: (file: string) => string | undefined): readonly string[] {
  return imports.flatMap(({ from, specifier, file }) => {
    const here = room(from);
    if (file === undefined || here === undefined) return [];
    const there = room(file);
    const allowed = directions[here];
    if (allowed === undefined) return [`${from}: room "${here}" is not in the table of directions`];
    if (there === here || allowed.includes('*')) return [];
    if (there !== undefined && allowed.includes(there)) return [];
    return [`${from} imports ${specifier}: ${here} may not import ${there ?? file}`];
  });
}
