/** What the policy page shows: groups, findings and assertions of one world. */
import type { PanelAssertion, PanelFinding, PolicyPanel } from '../../contract/policy.ts';
import { AssertionError, checkAssertion, readAssertions, type AssertionAnswer } from '../assertions.ts';
import type { Policy } from '../model.ts';
import { refText } from '../types.ts';
import type { YamlObject } from '../yaml.ts';
import { explainVerdict } from './explain.ts';
import { nearPath } from './fixes.ts';
import { textRange, type SourceFile } from './files.ts';
import type { Matrix } from './matrix.ts';
import type { World } from './world.ts';

/** Findings sent: a page of thousands is not read. */
const MOST_FINDINGS = 1000;

function findings(world: World, about: Policy | undefined): readonly PanelFinding[] {
  const ref = about === undefined ? undefined : refText(about.ref);
  const own = (finding: PanelFinding): number => (finding.policy === ref ? 0 : 1);
  const made = world.findings.slice(0, MOST_FINDINGS).map((finding): PanelFinding => {
    const { rule, level, policy, path, message } = finding;
    const source = policy === undefined ? undefined : world.sourceOf(policy);
    const place = policy === undefined || source === undefined ? undefined : world.place(policy, nearPath(source, finding) ?? path);
    return {
      rule,
      severity: level === 'note' ? 'information' : 'warning',
      policy: policy === undefined ? '' : refText(policy.ref),
      message,
      ...(place === undefined ? {} : { place }),
    };
  });
  return made.toSorted((a, b) => own(a) - own(b));
}

function noteOf({ status, problem, pairs }: AssertionAnswer): string {
  if (status === 'cannot-tell') return problem ?? '';
  return status === 'holds' ? `${pairs} ${pairs === 1 ? 'pair' : 'pairs'} looked at` : '';
}

function assertionsOf(world: World, file: SourceFile, object: YamlObject): readonly PanelAssertion[] {
  const at = (path: readonly (string | number)[]) => ({ uri: file.uri, range: textRange(object.rangeOf(path)) });
  try {
    return readAssertions(object.value).map((assertion) => {
      const answer = checkAssertion(assertion, world.cluster, world.reach, world.evaluator);
      const { counterexample } = answer;
      return {
        text: `must-${assertion.expected} ${assertion.text}`,
        status: answer.status,
        note: noteOf(answer),
        place: at(assertion.path),
        ...(counterexample === undefined ? {} : { because: explainVerdict(counterexample, world) }),
      };
    });
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    return [{ text: 'assertions', status: 'cannot-tell', note: error.message, place: at(error.path) }];
  }
}

/** Answers to every assertion of the files given: documents with `must-allow` or `must-deny`. */
export function panelAssertions(world: World, files: readonly SourceFile[]): readonly PanelAssertion[] {
  return files
    .filter(({ hasAssertions }) => hasAssertions)
    .flatMap((file) =>
      file.objects
        .filter(({ value }) => typeof value === 'object' && value !== null && ('must-allow' in value || 'must-deny' in value))
        .flatMap((object) => assertionsOf(world, file, object)),
    );
}

/** The page for one policy (or for all). */
export function makePanel(world: World, matrix: Matrix, about: Policy | undefined, files: readonly SourceFile[], edition: number): PolicyPanel {
  const pods = world.cluster.podEndpoints.length;
  const note =
    pods === 0
      ? 'No pod is known: put Pods or workloads (Deployments and the like) into the workspace, or choose an exported state with "StratoShark: Choose Cluster State for Policies".'
      : world.policies.length === 0
        ? 'There is no policy that can be judged: everything is allowed.'
        : '';
  return {
    title: about === undefined ? 'All policies' : refText(about.ref),
    label: world.label,
    note,
    policies: world.policies.length,
    groups: matrix.groups,
    pairs: matrix.summary,
    findings: findings(world, about),
    assertions: panelAssertions(world, files),
    edition,
  };
}
