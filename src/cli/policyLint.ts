/** `stratoshark policy lint`: which documents the API server would accept, and what in them is unlikely to be meant. */
import { compilePolicy } from '../policy/compile.ts';
import { ClusterIndex } from '../policy/endpoint.ts';
import { FINDING_RULES, inspectPolicies, type Finding } from '../policy/hygiene.ts';
import { lintObject, objectName, type LintResult } from '../policy/lint.ts';
import { sarifLog, type SarifResult } from '../policy/sarif.ts';
import { readObjects } from '../policy/state.ts';
import { pathText } from '../policy/types.ts';
import { parseYaml, type Range } from '../policy/yaml.ts';
import { expandFiles, readSources } from './policyInput.ts';
import { EXIT_FINDINGS, EXIT_OK, guarded, parseArguments, readText, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = 'usage: stratoshark policy lint [--json | --sarif] [--hygiene [--cluster FILE…]] FILE…   (- reads standard input)';

/** One document with its judgement and, where asked for, its findings. */
interface Judged {
  readonly file: string;
  readonly result: LintResult;
  readonly findings: readonly Finding[];
}

interface Report {
  readonly judged: readonly Judged[];
  /** Findings about namespaces. */
  readonly general: readonly Finding[];
}

async function judge(files: readonly string[], hygiene: boolean, clusterFiles: readonly string[], io: CommandIo): Promise<Report> {
  const judged: { readonly file: string; readonly result: LintResult; readonly findings: Finding[] }[] = [];
  for (const file of await expandFiles(files)) {
    const objects = parseYaml(await readText(file));
    if (objects.length === 0) io.stderr.write(`${file} holds no document.\n`);
    for (const object of objects) judged.push({ file, result: lintObject(object), findings: [] });
  }
  if (!hygiene) return { judged, general: [] };
  const cluster = (await readSources(clusterFiles)).map(({ object }) => object.value);
  const index = new ClusterIndex(readObjects([...judged.map(({ result }) => result.object.value), ...cluster]));
  const policies = judged.flatMap(({ result }, at) => compilePolicy(result.object.value, at) ?? []);
  const general: Finding[] = [];
  for (const finding of inspectPolicies(index, policies)) {
    (finding.policy === undefined ? general : judged[finding.policy.position]?.findings)?.push(finding);
  }
  return { judged, general };
}

function findingJson({ rule, level, path, message }: Finding, range: Range | undefined): unknown {
  return { rule, level, field: pathText(path), message, ...(range === undefined ? {} : { line: range.start.line, column: range.start.column }) };
}

/** `{file, document, accepted, errors: [{field, type, message}]}`, with `warnings` where hygiene was asked for. */
function jsonLine({ file, result, findings }: Judged, hygiene: boolean): string {
  const { object } = result;
  const item = object.path[1];
  return JSON.stringify({
    file,
    document: object.document,
    ...(item === undefined ? {} : { item }),
    accepted: result.accepted,
    ...(result.kind === undefined && result.accepted ? { note: 'not a policy: not judged' } : {}),
    errors: result.errors.map(({ field, type, message, range }) => ({
      field,
      type,
      message,
      line: range.start.line,
      column: range.start.column,
    })),
    ...(hygiene ? { warnings: findings.map((finding) => findingJson(finding, object.rangeOf(finding.path))) } : {}),
  });
}

function textLines({ file, result, findings }: Judged): string {
  const { object, errors, kind } = result;
  const title = `document ${object.document + 1}${kind === undefined ? '' : ` (${kind} ${objectName(object.value)})`}`;
  const line = (range: Range, level: string, text: string): string => `${file}:${range.start.line}:${range.start.column}: ${level}${title}: ${text}\n`;
  const lines = errors.map(({ field, message, range }) => line(range, '', `${field === '' ? '' : `${field}: `}${message}`));
  if (errors.length === 0 && kind !== undefined) lines.push(`${file}: ${title}: accepted\n`);
  for (const { level, path, message } of findings) lines.push(line(object.rangeOf(path), `${level}: `, message));
  return lines.join('');
}

const ERROR_RULE = 'refused';

function sarifResults({ judged, general }: Report): readonly SarifResult[] {
  const results = judged.flatMap(({ file, result, findings }): SarifResult[] => [
    ...result.errors.map(({ field, message, range }) => ({
      ruleId: ERROR_RULE,
      level: 'error' as const,
      message: field === '' ? message : `${field}: ${message}`,
      file,
      range,
    })),
    ...findings.map(({ rule, level, path, message }) => ({ ruleId: rule, level, message, file, range: result.object.rangeOf(path) })),
  ]);
  const file = judged[0]?.file ?? '';
  return [...results, ...general.map(({ rule, level, message }) => ({ ruleId: rule, level, message, file }))];
}

/** Exit status 0: every document is accepted (warnings do not count); 1: one is not; 2: a file cannot be read. */
export async function policyLint(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { values, switches, files } = parseArguments(argv, { values: ['--cluster'], switches: ['--json', '--sarif', '--hygiene'] });
    if (files.length === 0) throw new UsageError('There is no file to judge.');
    const hygiene = switches.has('--hygiene');
    const report = await judge(files, hygiene, values.get('--cluster') ?? [], io);
    if (switches.has('--sarif')) {
      const rules = { [ERROR_RULE]: 'The API server refuses the document.', ...FINDING_RULES };
      io.stdout.write(`${sarifLog('0.1.0', rules, sarifResults(report))}\n`);
    } else if (switches.has('--json')) {
      for (const one of report.judged) io.stdout.write(`${jsonLine(one, hygiene)}\n`);
      if (report.general.length > 0) io.stdout.write(`${JSON.stringify({ warnings: report.general.map((finding) => findingJson(finding, undefined)) })}\n`);
    } else {
      for (const one of report.judged) io.stdout.write(textLines(one));
      for (const { level, message } of report.general) io.stdout.write(`${level}: ${message}\n`);
    }
    return report.judged.every(({ result }) => result.accepted) ? EXIT_OK : EXIT_FINDINGS;
  });
}
