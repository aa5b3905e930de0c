/** The report of `verify` as text, JSON, JUnit XML and SARIF. */
import { escapeHtml } from '../base/escape.ts';
import type { PanelAssertion } from '../contract/policy.ts';
import { FINDING_RULES } from '../policy/hygiene.ts';
import { sarifLog, type SarifResult } from '../policy/sarif.ts';
import type { Range } from '../policy/yaml.ts';
import { whatIfHeadline } from '../policy/whatIfReport.ts';
import type { CaptureReport, PolicyReport, Reached, VerifyReport } from './verifyReport.ts';

/** Names of groups on one line of text. */
const SHOWN = 12;

function placed(file: string, { start }: Range): string {
  return `${file}:${start.line}:${start.column}`;
}

function assertionPlace({ place }: PanelAssertion): string {
  return `${place.uri}:${place.range.start.line + 1}:${place.range.start.character + 1}`;
}

function because({ because: reason, note }: PanelAssertion): string {
  if (reason === undefined) return note;
  return `${reason.headline}; ${reason.lines.map(({ text, place }) => `${text}${place === undefined ? '' : ` (${place.uri}:${place.range.start.line + 1})`}`).join('; ')}`;
}

const NOTHING = 'no port';

/** What passes first; of a long list of what does not, the number says enough. */
function reachedLines(word: string, list: readonly Reached[]): string {
  const sorted = list.toSorted((a, b) => Number(a.ports === NOTHING) - Number(b.ports === NOTHING));
  const names = ({ ports, groups }: Reached): string => {
    if (groups.length <= SHOWN) return groups.join(', ');
    return ports === NOTHING ? `${groups.length} other groups` : `${groups.slice(0, SHOWN).join(', ')}, … ${groups.length} groups`;
  };
  return sorted.map((one) => `    ${word} ${names(one)}: ${one.ports}\n`).join('');
}

function policyText({ policy, file, range, errors, pods, groups, findings }: PolicyReport): string {
  const title = `${placed(file, range)}: ${policy}: selects ${pods === 1 ? '1 pod' : `${pods} pods`}\n`;
  const refused = errors.map((error) => `  ${placed(file, error.range)}: error: ${error.message}\n`);
  const selected = groups.map(({ group, pods: count, from, to }) => `  ${group}${count > 1 ? ` (${count} pods)` : ''}\n${reachedLines('from', from)}${reachedLines('to  ', to)}`);
  const found = findings.map(({ level, message, range: at }) => `  ${placed(file, at)}: ${level}: ${message}\n`);
  return [title, ...refused, ...selected, ...found].join('');
}

const WORDS = { holds: 'ok       ', violated: 'VIOLATED ', 'cannot-tell': 'unknown  ' } as const;

/** Flows of a capture on the terminal; the JSON has them all. */
const SHOWN_FLOWS = 100;

function captureText({ file, changes, apart, damage, ...counts }: CaptureReport): string {
  const rows = changes.slice(0, SHOWN_FLOWS).map(({ kind, text, filter, frame, reason }) => `  ${kind} ${text} (${filter}, packet ${frame}): ${reason}\n`);
  const more = changes.length > SHOWN_FLOWS ? [`  … ${changes.length - SHOWN_FLOWS} more\n`] : [];
  return [`${file}: ${whatIfHeadline(counts)}\n`, ...rows, ...more, ...[...apart, damage].filter((line) => line !== '').map((line) => `  ${line}\n`)].join('');
}

export function verifyText({ label, policies, assertions, captures, result, reasons }: VerifyReport): string {
  const lines = assertions.map((one) => `${WORDS[one.status]} ${one.text}${one.status === 'holds' ? '' : `\n          ${because(one)}`}\n`);
  const end = `${result} (${label})${reasons.length === 0 ? '' : `: ${reasons.join('; ')}`}\n`;
  return [...policies.map(policyText), ...lines, ...captures.map(captureText), end].join('');
}

const line = ({ start }: Range) => ({ line: start.line, column: start.column });

export function verifyJson({ label, policies, assertions, captures, result, reasons }: VerifyReport): string {
  return `${JSON.stringify({
    result,
    reasons,
    state: label,
    policies: policies.map(({ policy, file, range, errors, pods, groups, findings }) => ({
      policy, file, ...line(range), accepted: errors.length === 0,
      errors: errors.map((error) => ({ message: error.message, ...line(error.range) })),
      pods, groups,
      findings: findings.map(({ rule, level, message, range: at }) => ({ rule, level, message, ...line(at) })),
    })),
    assertions: assertions.map((one) => ({ assertion: one.text, status: one.status, place: assertionPlace(one), ...(one.status === 'holds' ? {} : { because: because(one) }) })),
    captures,
  })}\n`;
}

/** Characters that XML 1.0 (2.2) has no place for. */
function xml(text: string): string {
  return escapeHtml(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd'));
}

interface Case {
  readonly name: string;
  readonly suite: string;
  readonly failure?: string;
  readonly error?: string;
}

function casesOf({ policies, assertions, captures, result, reasons }: VerifyReport): readonly Case[] {
  const cases: Case[] = [
    ...policies.map(({ policy, errors, pods, file }): Case => ({
      name: policy, suite: `policies.${file}`,
      ...(errors.length > 0 ? { failure: errors.map(({ message }) => message).join('\n') } : pods === 0 && captures.length === 0 ? { error: 'it selects no pod known' } : {}),
    })),
    ...assertions.map((one): Case => ({
      name: one.text, suite: 'assertions',
      ...(one.status === 'violated' ? { failure: because(one) } : one.status === 'cannot-tell' ? { error: because(one) } : {}),
    })),
    ...captures.map((capture): Case => ({
      name: `flows of ${capture.file}`, suite: 'captures',
      ...(capture.blocked > 0 ? { failure: captureText(capture) } : capture.judged === 0 || capture.damage !== '' ? { error: captureText(capture) } : {}),
    })),
  ];
  return cases.length === 0 && result !== 'as expected' ? [{ name: 'verify', suite: 'policies', error: reasons.join('; ') }] : cases;
}

/** JUnit's XML as build servers read it: a failure is a mismatch, an error what cannot be told. */
export function verifyJunit(report: VerifyReport): string {
  const cases = casesOf(report);
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const errors = cases.filter(({ error }) => error !== undefined).length;
  const rows = cases.map(({ name, suite, failure, error }) => {
    const end = failure !== undefined ? `<failure message="${xml(failure)}"/>` : error !== undefined ? `<error message="${xml(error)}"/>` : '';
    return `    <testcase name="${xml(name)}" classname="${xml(suite)}">${end}</testcase>\n`;
  });
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="stratoshark verify (${xml(report.label)})" ${counts}>\n${rows.join('')}  </testsuite>\n</testsuites>\n`;
}

const RULES = { ...FINDING_RULES, 'flow-blocked': 'A captured flow that got through would be blocked.', refused: 'The API server refuses the document.', 'assertion-violated': 'An assertion does not hold.', 'cannot-tell': 'It cannot be told from the state given.' } as const;

function assertionResult(one: PanelAssertion): SarifResult {
  const at = ({ line: row, character }: PanelAssertion['place']['range']['start'], offset = 0) => ({ offset, line: row + 1, column: character + 1 });
  const { start, end } = one.place.range;
  return {
    ruleId: one.status === 'violated' ? 'assertion-violated' : 'cannot-tell', level: one.status === 'violated' ? 'error' : 'warning',
    message: `${one.text}: ${because(one)}`, file: one.place.uri, range: { start: at(start), end: at(end) },
  };
}

/** Blocked flows at the policies that would block them, flows alike once. */
function flowResults({ policies, captures }: VerifyReport): readonly SarifResult[] {
  return captures.flatMap(({ file, changes }) => policies.flatMap(({ policy, file: uri, range }) => {
    const blocked = changes.filter(({ kind, policies: by }) => kind === 'block' && by.includes(policy));
    const alike = new Map<string, number>();
    for (const { text, reason } of blocked) alike.set(`${text}: ${reason}`, (alike.get(`${text}: ${reason}`) ?? 0) + 1);
    return [...alike].map(([message, count]) => ({ ruleId: 'flow-blocked', level: 'warning' as const, message: `${count} of the flows of ${file} would be blocked: ${message}`, file: uri, range }));
  }));
}

export function verifySarif(report: VerifyReport): string {
  const { policies, assertions, captures } = report;
  const results = [
    ...policies.flatMap(({ file, range, errors, findings, pods, policy }): SarifResult[] => [
      ...errors.map((error) => ({ ruleId: 'refused', level: 'error' as const, message: error.message, file, range: error.range })),
      ...findings.map(({ rule, level, message, range: at }) => ({ ruleId: rule, level, message, file, range: at })),
      ...(pods === 0 && captures.length === 0 && findings.length === 0 && errors.length === 0 ? [{ ruleId: 'cannot-tell', level: 'warning' as const, message: `${policy} selects no pod known`, file, range }] : []),
    ]),
    ...assertions.filter(({ status }) => status !== 'holds').map(assertionResult),
    ...flowResults(report),
  ];
  return `${sarifLog('0.1.0', RULES, results)}\n`;
}
