/** What is wrong or unlikely in a document, with places and fixes. */
import type { PolicyDiagnostic, PolicyFix, PolicySeverity, TextRange } from '../../contract/policy.ts';
import { policyKindOf } from '../compile.ts';
import type { Finding } from '../hygiene.ts';
import { lintObject, type LintError } from '../lint.ts';
import type { Range, YamlObject } from '../yaml.ts';
import { YamlEditor } from './edits.ts';
import { LONGEST_TEXT, textRange, type SourceFile } from './files.ts';
import { errorFixes, findingFixes, nearPath } from './fixes.ts';
import type { World } from './world.ts';

/** A diagnostic and what mends it, worked out when asked for. */
export interface Judged {
  readonly diagnostic: PolicyDiagnostic;
  readonly fixes: () => readonly PolicyFix[];
}

/** A mark over many lines hides more than it shows: it ends with its first line. */
function firstLine(text: string, range: TextRange, start: number): TextRange {
  if (range.start.line === range.end.line) return range;
  const end = text.indexOf('\n', start);
  const length = (end < 0 ? text.length : end) - start;
  return { start: range.start, end: { line: range.start.line, character: range.start.character + text.slice(start, start + length).trimEnd().length } };
}

function rangeAt({ text }: SourceFile, range: Range): TextRange {
  return firstLine(text, textRange(range), range.start.offset);
}

const NOTHING: readonly PolicyFix[] = [];

function diagnostic(range: TextRange, severity: PolicySeverity, code: string, message: string, unnecessary = false): PolicyDiagnostic {
  return { range, severity, code, message, unnecessary };
}

/** A slip of YAML itself reads better with what to do. */
function errorText({ field, message, type }: LintError): string {
  if (field === '' && (type === 'Decode' || type === 'StrictDecode')) return `This is not valid YAML yet: ${message}.`;
  return field === '' ? message : `${field}: ${message}`;
}

function errorsOf(file: SourceFile, object: YamlObject): readonly Judged[] {
  return lintObject(object).errors.map((error) => {
    const isText = error.path.length === 0 && object.problems.length > 0;
    const message = isText ? errorText(error) : error.field === '' ? error.message : `${error.field}: ${error.message}`;
    return {
      diagnostic: diagnostic(rangeAt(file, error.range), 'error', isText ? 'yaml' : 'refused', message),
      fixes: () => errorFixes({ file, object }, error),
    };
  });
}

function severityOf({ level, rule, unknownNamespace }: Finding): PolicySeverity {
  if (rule === 'redundant-rule') return 'hint';
  return level === 'note' || unknownNamespace === true ? 'information' : 'warning';
}

function findingRange(file: SourceFile, object: YamlObject, finding: Finding): TextRange {
  const path = nearPath({ file, object }, finding);
  const span = path === undefined ? undefined : new YamlEditor(file.text, object).entrySpan(path);
  return rangeAt(file, span === undefined ? object.rangeOf(finding.path) : object.range(span[0], span[1]));
}

function findingsOf(world: World, file: SourceFile, most: number): { readonly judged: readonly Judged[]; readonly omitted: number } {
  const own = world.findings.flatMap((finding) => {
    const source = finding.policy === undefined ? undefined : world.sourceOf(finding.policy);
    return source?.file === file ? [{ finding, object: source.object }] : [];
  });
  const judged = own.slice(0, most).map(({ finding, object }): Judged => {
    const text = `${finding.message.charAt(0).toUpperCase()}${finding.message.slice(1)} (${world.label})`;
    return {
      diagnostic: diagnostic(findingRange(file, object, finding), severityOf(finding), finding.rule, text, finding.rule === 'redundant-rule'),
      fixes: () => findingFixes(world, { file, object }, finding),
    };
  });
  return { judged, omitted: Math.max(0, own.length - most) };
}

/** What an object that is a policy, or means to be one, is told; nothing for others. */
function objectDiagnostics(file: SourceFile, object: YamlObject): readonly Judged[] {
  const { isTemplate, claimsPolicy } = file.factsOf(object);
  // A List of policies and others names policies for all of them: the others are not meant.
  if (policyKindOf(object.value) === undefined && !claimsPolicy) return [];
  if (isTemplate) {
    const start = Math.max(0, file.text.indexOf('{{', object.span[0]));
    const range = rangeAt(file, object.range(start, start + 2));
    const message = 'This document is a template ({{ … }}) and not YAML before it is rendered: render it (helm template, or what your tool has) and open the result.';
    return [{ diagnostic: diagnostic(range, 'information', 'template', message), fixes: () => NOTHING }];
  }
  return errorsOf(file, object);
}

/** What is said of a file, and how much more there would be. */
export interface Judgement {
  readonly judged: readonly Judged[];
  readonly omitted: number;
}

/** Diagnostics of one file at most: an editor shows no more with sense, and each needs its place. */
const MOST = 500;

/** Everything to be said about a file, errors of the API server first. */
export function judgeFile(world: World, file: SourceFile): Judgement {
  if (file.isTooLong) {
    const message = `This file is too long to be looked at while it is edited (more than ${LONGEST_TEXT / 1e6} million characters): use "stratoshark policy lint" on it.`;
    const start = { line: 0, character: 0 };
    const judged = [{ diagnostic: diagnostic({ start, end: { line: 0, character: 1 } }, 'information', 'too-long', message), fixes: () => NOTHING }];
    return { judged, omitted: 0 };
  }
  const seen = new Set<number>();
  const errors = file.objects.flatMap((object) => {
    // Items of one List share their document's problems and template marks.
    const whole = object.problems.length > 0 || file.factsOf(object).isTemplate;
    if (whole && seen.has(object.document)) return [];
    if (whole) seen.add(object.document);
    return objectDiagnostics(file, object);
  });
  const shown = errors.slice(0, MOST);
  const { judged, omitted } = findingsOf(world, file, MOST - shown.length);
  return { judged: [...shown, ...judged], omitted: omitted + errors.length - shown.length };
}
