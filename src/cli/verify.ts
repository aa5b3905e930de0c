/** `stratoshark verify`: what policies do to the pods they select, and whether assertions about that hold. */
import { policyKindOf, refOf } from '../policy/compile.ts';
import { ClusterIndex } from '../policy/endpoint.ts';
import { panelAssertions } from '../policy/editor/panel.ts';
import { GivenObjects, SourceFile } from '../policy/editor/files.ts';
import { Matrix } from '../policy/editor/matrix.ts';
import { policiesOf, stateOf, World } from '../policy/editor/world.ts';
import { lintObject } from '../policy/lint.ts';
import { CapturedFlows } from '../policy/capturedFlows.ts';
import type { Policy } from '../policy/model.ts';
import { refText } from '../policy/types.ts';
import { whatIf } from '../policy/whatIf.ts';
import { flowCount, whatIfHeadline, whatIfReport } from '../policy/whatIfReport.ts';
import { readConversations } from './captureFlows.ts';
import { expandFiles } from './policyInput.ts';
import { EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, guarded, InputError, parseArguments, readText, UsageError, type CommandIo } from './policyIo.ts';
import { verifyJson, verifyJunit, verifySarif, verifyText } from './verifyOutput.ts';
import type { CaptureReport, PolicyReport, Reached, VerifyReport } from './verifyReport.ts';

const USAGE = `usage: stratoshark verify --policy FILE… [--state FILE…] [--context NAME] [--assert FILE…] [--capture FILE…] [--json | --junit | --sarif]
  --policy   policies to verify (files or folders)          --state    pods, namespaces, Services, other policies
  --context  the same from a cluster, by your kubeconfig     --assert   must-allow and must-deny lines
  --capture  what the policies would do to its flows: those that got through and would be blocked are a mismatch`;

/** Options of the verification against traffic: named, so that nobody takes the static answer for it. */
const LATER = ['--duration', '--probe'];
/** Flows listed one by one. */
const MOST_CHANGES = 100_000;

async function fileOf(path: string): Promise<SourceFile> {
  const text = await readText(path);
  const file = new SourceFile({ uri: path, text, open: false }, text);
  const problem = file.objects.flatMap(({ problems }) => problems).find(({ kind }) => kind === 'syntax');
  if (problem !== undefined) {
    const { line, column } = problem.range.start;
    throw new InputError(`${path}:${line}:${column}: ${problem.message}: correct the YAML and try again.`);
  }
  return file;
}

async function filesOf(paths: readonly string[]): Promise<readonly SourceFile[]> {
  return Promise.all((await expandFiles(paths)).map(fileOf));
}

/** Loaded only when a cluster is asked; its packages need a newer Node than reading captures does. */
async function loadCluster() {
  try {
    const [client, objects] = await Promise.all([import('../cluster/apiClient.ts'), import('../cluster/policyObjects.ts')]);
    return { ...client, ...objects };
  } catch (error) {
    throw new InputError(`A cluster cannot be asked with Node.js ${process.version} (${error instanceof Error ? error.message : String(error)}): use version 22 or newer.`);
  }
}

/** The cluster's objects as one file more: what it says of pods goes before the files. */
async function clusterFile(context: string): Promise<{ readonly file: SourceFile; readonly label: string; readonly notes: readonly string[] }> {
  const { ApiClient, ClusterError, readPolicyObjects } = await loadCluster();
  try {
    const client = ApiClient.open(context === '' ? undefined : context);
    const { objects, notes } = await readPolicyObjects(client);
    const label = `from cluster ${client.context}`;
    return { file: new GivenObjects(label, objects), label, notes };
  } catch (error) {
    if (error instanceof ClusterError) throw new InputError(error.message);
    throw error;
  }
}

/** For each group a policy selects, who reaches it and whom it reaches; groups with the same ports together. */
function reached(matrix: Matrix, own: number, direction: 'from' | 'to'): readonly Reached[] {
  const byPorts = new Map<string, string[]>();
  for (const [other, group] of matrix.groups.entries()) {
    if (other === own && group.pods < 2) continue;
    const ports = direction === 'from' ? matrix.portsText(other, own) : matrix.portsText(own, other);
    const count = group.pods > 1 ? ` (${group.pods} pods)` : '';
    byPorts.set(ports, [...(byPorts.get(ports) ?? []), `${group.text}${count}`]);
  }
  return [...byPorts].map(([ports, groups]) => ({ ports, groups }));
}

function reportOf(world: World, files: readonly SourceFile[]): readonly PolicyReport[] {
  return files.flatMap((file) =>
    file.objects
      .filter(({ value }) => policyKindOf(value) !== undefined || meansPolicy(value))
      .map((object): PolicyReport => {
        const source = world.sources.find((one) => one.object === object);
        const errors = lintObject(object).errors.map(({ field, message, range }) => ({ message: field === '' ? message : `${field}: ${message}`, range }));
        const base = { file: file.uri, range: object.rangeOf([]), errors };
        if (source === undefined) return { ...base, policy: refText(refOf(object.value)), groups: [], pods: 0, findings: [] };
        const { policy } = source;
        const matrix = new Matrix(world, policy);
        const groups = matrix.groups.flatMap(({ text, names, pods, selected }, at) =>
          selected ? [{ group: text, pods, names, from: reached(matrix, at, 'from'), to: reached(matrix, at, 'to') }] : []);
        const findings = world.findings
          .filter((finding) => finding.policy === policy)
          .map(({ rule, level, message, path }) => ({ rule, level, message, range: object.rangeOf(path) }));
        return { ...base, policy: refText(policy.ref), groups, pods: groups.reduce((sum, { pods }) => sum + pods, 0), findings };
      }),
  );
}

/** A document that means to be a policy (of an unknown version, say): it is judged, not passed over. */
function meansPolicy(value: unknown): boolean {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  return typeof kind === 'string' && /NetworkPolic/.test(kind);
}

/** `present`: the state's own policies, undefined where no state was given. */
async function captureReport(file: string, edited: readonly Policy[], present: readonly Policy[] | undefined): Promise<CaptureReport> {
  const { conversations, damage } = await readConversations(file);
  const answer = whatIf(new CapturedFlows(conversations), edited, present);
  return { file, damage, ...whatIfReport(answer, conversations, MOST_CHANGES) };
}

function conclude({ policies, assertions, captures }: Omit<VerifyReport, 'result' | 'reasons'>, pods: number): Pick<VerifyReport, 'result' | 'reasons'> {
  const wrong = [
    ...policies.filter(({ errors }) => errors.length > 0).map(({ policy, file }) => `the API server refuses ${policy} (${file})`),
    ...assertions.filter(({ status }) => status === 'violated').map(({ text }) => `violated: ${text}`),
    ...captures.filter(({ blocked }) => blocked > 0).map((capture) => `${capture.file}: ${whatIfHeadline(capture)}`),
  ];
  if (wrong.length > 0) return { result: 'mismatch', reasons: wrong };
  const unknown = [
    ...(policies.length === 0 ? ['there is no policy in the files given with --policy'] : []),
    // With a capture its pods are asked about: a state is not needed.
    ...(pods === 0 && captures.length === 0 ? ['no pod is known: give some with --state or --context'] : []),
    ...(pods > 0 && captures.length === 0 ? policies.filter((policy) => policy.pods === 0).map(({ policy }) => `${policy} selects no pod known`) : []),
    ...assertions.filter(({ status }) => status === 'cannot-tell').map(({ text, note }) => `${text}: ${note}`),
    ...captures.flatMap(({ file, judged, flows, damage }) => [
      ...(judged === 0 ? [`${file}: none of ${flowCount(flows)} can be judged`] : []), ...(damage === '' ? [] : [`${file}: ${damage}`]),
    ]),
  ];
  return unknown.length > 0 ? { result: 'cannot tell', reasons: unknown } : { result: 'as expected', reasons: [] };
}

const STATUS = { 'as expected': EXIT_OK, mismatch: EXIT_FINDINGS, 'cannot tell': EXIT_CANNOT_TELL } as const;

/** Exit status 0: as expected; 1: a policy is refused, an assertion violated or a captured flow would be blocked; 2: it cannot be told. */
export async function verify(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const later = LATER.find((name) => argv.some((word) => word === name || word.startsWith(`${name}=`)));
    if (later !== undefined) throw new InputError(`${later} (verifying against traffic) is not part of this version yet: leave it out for the static answer.`);
    const { values, switches, files } = parseArguments(argv, { values: ['--policy', '--state', '--context', '--assert', '--capture'], switches: ['--json', '--junit', '--sarif'] });
    const policyPaths = [...(values.get('--policy') ?? []), ...files];
    if (policyPaths.length === 0) throw new UsageError('There is no policy to verify: name its file with --policy.');
    const policyFiles = await filesOf(policyPaths);
    const stateFiles = await filesOf(values.get('--state') ?? []);
    const assertFiles = await filesOf(values.get('--assert') ?? []);
    const context = values.get('--context')?.at(-1);
    const cluster = context === undefined ? undefined : await clusterFile(context);
    for (const note of cluster?.notes ?? []) io.stderr.write(`${note}\n`);
    const state = [...(cluster === undefined ? [] : [cluster.file]), ...stateFiles];
    const world = new World(cluster?.label ?? 'from files alone', new ClusterIndex(stateOf([...state, ...policyFiles])), policiesOf([...policyFiles, ...state]));
    const policies = reportOf(world, policyFiles);
    const assertions = panelAssertions(world, assertFiles);
    if (assertFiles.length > 0 && assertions.length === 0) throw new InputError('There is no must-allow or must-deny line in the files given with --assert.');
    const present = state.length === 0 ? undefined : policiesOf(state).map(({ policy }) => policy);
    const captures: CaptureReport[] = [];
    for (const file of values.get('--capture') ?? []) captures.push(await captureReport(file, world.policies, present));
    const found = { label: world.label, policies, assertions, captures };
    const report: VerifyReport = { ...found, ...conclude(found, world.cluster.podEndpoints.length) };
    const write = switches.has('--json') ? verifyJson : switches.has('--junit') ? verifyJunit : switches.has('--sarif') ? verifySarif : verifyText;
    io.stdout.write(write(report));
    return STATUS[report.result];
  });
}
