/** The files the analysis knows: their texts and what of them matters, parsed when first asked for. */
import type { PolicyFile, TextRange } from '../../contract/policy.ts';
import { policyKindOf } from '../compile.ts';
import { get } from '../read.ts';
import { parseYaml, type Range, type YamlObject } from '../yaml.ts';

/** Longer texts are not looked at while they are edited: finding places in them takes many seconds. Characters. */
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

/** What the text of one document says before it is parsed. */
export interface DocumentFacts {
  /** It holds `{{ … }}`: no YAML before it is rendered. */
  readonly isTemplate: boolean;
  /** It names a kind of policy. */
  readonly claimsPolicy: boolean;
}

/** One file and what it holds. */
export class SourceFile {
  readonly uri: string;
  readonly text: string;
  readonly open: boolean;
  /** The cluster whose object it is. */
  readonly cluster: string | undefined;
  private parsed: readonly YamlObject[] | undefined;
  private claims: boolean | undefined;
  private asserts: boolean | undefined;
  private whole: readonly YamlObject[] | undefined;
  private state: readonly unknown[] | undefined;
  private readonly facts = new Map<number, DocumentFacts>();

  constructor({ uri, open, cluster }: PolicyFile, text: string) {
    this.uri = uri;
    this.cluster = cluster;
    this.text = text;
    this.open = open;
  }

  /** Every object; none of a text that cannot matter. */
  get objects(): readonly YamlObject[] {
    this.parsed ??= !this.isTooLong && (ANY_KIND.test(this.text) || this.hasAssertions) ? parseYaml(this.text) : [];
    return this.parsed;
  }

  get isTooLong(): boolean {
    return this.open && this.text.length > LONGEST_TEXT;
  }

  get hasPolicies(): boolean {
    this.claims ??= mentionsPolicy(this.text);
    return this.claims;
  }

  get hasAssertions(): boolean {
    this.asserts ??= ASSERTIONS.test(this.text);
    return this.asserts;
  }

  /** Policies with a value that can be trusted: a document with a syntax error may have lost a part. */
  get policies(): readonly YamlObject[] {
    this.whole ??= this.objects.filter((object) => policyKindOf(object.value) !== undefined && isWhole(object) && !this.factsOf(object).isTemplate);
    return this.whole;
  }

  get stateValues(): readonly unknown[] {
    this.state ??= this.objects.filter(({ value }) => STATE_KINDS.has(String(get(value, 'kind')))).map(({ value }) => value);
    return this.state;
  }

  /** What the text of an object's document says; worked out once for all items of a List. */
  factsOf({ document, span }: YamlObject): DocumentFacts {
    let facts = this.facts.get(document);
    if (facts === undefined) {
      const text = this.text.slice(span[0], span[1]);
      facts = { isTemplate: isTemplate(text), claimsPolicy: mentionsPolicy(text) };
      this.facts.set(document, facts);
    }
    return facts;
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
