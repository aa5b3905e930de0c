/** The files the analysis knows: their texts and what of them matters, parsed when first asked for. */
import type { PolicyFile, TextRange } from '../../contract/policy.ts';
import { policyKindOf } from '../compile.ts';
import { get } from '../read.ts';
import { parseYaml, type Range, type YamlObject } from '../yaml.ts';

/** Longer texts are not looked at: parsing them fully takes many seconds. Characters. */
export const LONGEST_TEXT = 16_000_000;

const STATE_KINDS = new Set(['Pod', 'Namespace', 'Node', 'Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob']);

const POLICY_KIND = /\bkind["']?\s*:\s*["']?(?:NetworkPolic|AdminNetworkPolic|BaselineAdminNetworkPolic|ClusterNetworkPolic)/;
const ANY_KIND = /\bkind["']?\s*:/;
const ASSERTIONS = /^\s*["'{]*must-(?:allow|deny)["']?\s*:/m;

/** Whether a text claims to hold a policy. */
export function mentionsPolicy(text: string): boolean {
  return POLICY_KIND.test(text);
}

/** `{{ … }}`: what Helm and others put in place of values; it is not YAML before it is rendered. */
export function isTemplate(text: string): boolean {
  return /\{\{-?\s*[\w.$"(/]/.test(text);
}

/** One file and what it holds. */
export class SourceFile {
  readonly uri: string;
  readonly text: string;
  readonly open: boolean;
  private parsed: readonly YamlObject[] | undefined;

  constructor({ uri, open }: PolicyFile, text: string) {
    this.uri = uri;
    this.text = text;
    this.open = open;
  }

  /** Every object; none of a text that cannot matter. */
  get objects(): readonly YamlObject[] {
    this.parsed ??= this.text.length <= LONGEST_TEXT && (ANY_KIND.test(this.text) || this.hasAssertions) ? parseYaml(this.text) : [];
    return this.parsed;
  }

  get isTooLong(): boolean {
    return this.text.length > LONGEST_TEXT;
  }

  get hasPolicies(): boolean {
    return mentionsPolicy(this.text);
  }

  get hasAssertions(): boolean {
    return ASSERTIONS.test(this.text);
  }

  /** Objects with a value that can be trusted: a document with a syntax error may have lost a part. */
  get policies(): readonly YamlObject[] {
    return this.objects.filter((object) => policyKindOf(object.value) !== undefined && isWhole(object) && !isTemplate(this.documentText(object)));
  }

  /** The text of the document an object is in. */
  documentText({ span }: YamlObject): string {
    return this.text.slice(span[0], span[1]);
  }

  get stateValues(): readonly unknown[] {
    return this.objects.filter(({ value }) => STATE_KINDS.has(String(get(value, 'kind')))).map(({ value }) => value);
  }
}

const NOWHERE: Range = { start: { offset: 0, line: 1, column: 1 }, end: { offset: 0, line: 1, column: 1 } };

/** Objects that are in no file, such as those of a cluster. */
export class GivenObjects extends SourceFile {
  private readonly given: readonly YamlObject[];

  /** `name`: what stands in place of the file's. */
  constructor(name: string, values: readonly unknown[]) {
    super({ uri: name, text: '', open: false }, '');
    this.given = values.map((value, document) => ({
      document, path: [], span: [0, 0], value, problems: [],
      rangeOf: () => NOWHERE, range: () => NOWHERE, tree: () => ({ root: undefined, base: 0 }),
    }));
  }

  override get objects(): readonly YamlObject[] {
    return this.given;
  }
}

function isWhole(object: YamlObject): boolean {
  return !object.problems.some(({ kind }) => kind === 'syntax');
}

/** From lines and columns counted from 1 to the editor's. */
export function textRange({ start, end }: Range): TextRange {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}

/** The offset of a position in a text; the end of the line where the line is shorter. */
export function offsetAt(text: string, { line, character }: { readonly line: number; readonly character: number }): number {
  let start = 0;
  for (let at = 0; at < line; at++) {
    const next = text.indexOf('\n', start);
    if (next < 0) return text.length;
    start = next + 1;
  }
  const end = text.indexOf('\n', start);
  return Math.min(start + character, end < 0 ? text.length : end);
}
