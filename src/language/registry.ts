/** The engine's tables, made quick to ask. Names come from there only: whatever fields it has are known here. */
import type { FieldInfo } from '../contract/capture.ts';
import type { FunctionInfo, LanguageTables, OperatorInfo, TypeAbility, TypeInfo } from '../contract/language.ts';
import type { Spellings } from './tokens.ts';

export class FilterRegistry {
  /** One per name, by name. */
  public readonly fields: readonly FieldInfo[];
  public readonly functions: readonly FunctionInfo[];
  public readonly operators: readonly OperatorInfo[];
  public readonly spellings: Spellings;

  private readonly byName: ReadonlyMap<string, FieldInfo>;
  private readonly types: ReadonlyMap<string, TypeInfo>;
  private readonly known: ReadonlyMap<string, string>;

  public constructor(tables: LanguageTables) {
    const byName = new Map<string, FieldInfo>();
    for (const field of tables.fields) {
      const other = byName.get(field.name);
      byName.set(field.name, other === undefined ? field : joined(other, field));
    }
    this.byName = byName;
    this.fields = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.functions = tables.functions;
    this.operators = tables.operators;
    this.types = new Map(tables.types.map((type) => [type.type, type]));
    this.known = new Map(tables.known);
    const spellings = tables.operators.map(({ spelling }) => spelling);
    this.spellings = {
      words: new Set(spellings.filter((spelling) => /^\w/.test(spelling))),
      symbols: spellings.filter((spelling) => !/^\w/.test(spelling)).sort((a, b) => b.length - a.length),
    };
  }

  /** The field or protocol of this name; a leading dot, which marks a word as a field, is no part of it. */
  public field(name: string): FieldInfo | undefined {
    return this.byName.get(name.replace(/^\./, ''));
  }

  /** The type of a name that is valid and not dissected yet. */
  public knownType(name: string): string | undefined {
    return this.known.get(name.replace(/^\./, ''));
  }

  public function(name: string): FunctionInfo | undefined {
    return this.functions.find((known) => known.name === name);
  }

  public operator(spelling: string): OperatorInfo | undefined {
    return this.operators.find((known) => known.spelling === spelling);
  }

  public can(type: string, ability: TypeAbility): boolean {
    return this.types.get(type)?.can.includes(ability) ?? false;
  }

  /** "an unsigned 16-bit number". */
  public describe(type: string): string {
    return this.types.get(type)?.text ?? type;
  }
}

/** Some names have several definitions: their value names are all names of the field's values. */
function joined(one: FieldInfo, other: FieldInfo): FieldInfo {
  if (other.values === undefined) {
    return one;
  }
  const values = new Map([...other.values, ...(one.values ?? [])]);
  return { ...one, values: [...values].sort(([a], [b]) => a - b) };
}

/** What a number of this field is called, '' when it has no name. */
export function nameOfValue(field: FieldInfo, value: number): string {
  return field.values?.find(([known]) => known === value)?.[1]
    ?? field.ranges?.find(([low, high]) => value >= low && value <= high)?.[2]
    ?? '';
}

/** A number as filters write it. */
export const writeNumber = (field: FieldInfo, value: number): string =>
  field.hex === true ? `0x${value.toString(16).padStart(kHexDigits[field.type] ?? 2, '0')}` : String(value);

/** Digits that hold any value of the type. */
const kHexDigits: Readonly<Record<string, number>> = {
  FT_UINT16: 4, FT_INT16: 4, FT_UINT24: 6, FT_UINT32: 8, FT_INT32: 8, FT_UINT64: 16, FT_INT64: 16,
};
