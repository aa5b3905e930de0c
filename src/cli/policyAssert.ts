/** `stratoshark policy assert`: checks must-allow and must-deny lines against policies and pods in files. */
import { AssertionError, checkAssertion, readAssertions, type Assertion, type AssertionAnswer } from '../policy/assertions.ts';
import { denyReason } from '../policy/caseAnswer.ts';
import { ChangeAdvisor } from '../policy/change.ts';
import { Evaluator, type FlowVerdict } from '../policy/evaluate.ts';
import { Reachability } from '../policy/reach.ts';
import { refText } from '../policy/types.ts';
import { parseYaml } from '../policy/yaml.ts';
import { placeText, readWorkspace, type Workspace } from './policyInput.ts';
import { EXIT_CANNOT_TELL, EXIT_FINDINGS, EXIT_OK, guarded, InputError, parseArguments, readText, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = 'usage: stratoshark policy assert --assertions FILE [--cluster FILE…] [--json] FILE…   (policies and pods in the files)';

async function assertionsOf(file: string): Promise<readonly Assertion[]> {
  return parseYaml(await readText(file)).flatMap((object) => {
    const problem = object.problems[0];
    if (problem !== undefined) throw new InputError(`${file}:${problem.range.start.line}: ${problem.message}.`);
    try {
      return readAssertions(object.value);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      throw new InputError(`${placeText({ file, range: object.rangeOf(error.path) })}: ${error.message}`);
    }
  });
}

function flowText({ flow }: FlowVerdict): string {
  return `${flow.from.text} -> ${flow.to.text} ${flow.protocol}/${flow.port}`;
}

/** The rules that let a flow pass, or why it does not. */
function because(verdict: FlowVerdict, workspace: Workspace, advisor: ChangeAdvisor): string {
  const reason = denyReason(verdict, advisor);
  if (reason !== null) {
    const nearest = reason.nearest === null ? '' : `; nearest: ${reason.nearest.policy} ${reason.nearest.path}: ${reason.nearest.reason}`;
    return `denied by ${verdict.deniedBy ?? ''} (${reason.isolated_by.join(', ')})${nearest}`;
  }
  const rules = [...verdict.egress.rules, ...verdict.ingress.rules];
  if (rules.length === 0) return 'allowed: no policy limits it';
  return `allowed by ${rules.map(({ policy, rule }) => `${refText(policy.ref)} (${placeText(workspace.place(policy, rule.path))})`).join(', ')}`;
}

function answerText(answer: AssertionAnswer, workspace: Workspace, advisor: ChangeAdvisor): string {
  const { assertion, status, counterexample } = answer;
  const title = `must-${assertion.expected} ${assertion.text}`;
  if (status === 'holds') return `ok        ${title}\n`;
  if (status === 'cannot-tell') return `unknown   ${title}\n          ${answer.problem ?? ''}\n`;
  const example = counterexample === undefined ? '' : `          ${flowText(counterexample)}: ${because(counterexample, workspace, advisor)}\n`;
  return `VIOLATED  ${title}\n${example}`;
}

function answerJson(answer: AssertionAnswer, workspace: Workspace, advisor: ChangeAdvisor): string {
  const { assertion, status, problem, counterexample, pairs } = answer;
  return JSON.stringify({
    assertion: `must-${assertion.expected} ${assertion.text}`,
    status,
    pairs,
    ...(problem === undefined ? {} : { problem }),
    ...(counterexample === undefined
      ? {}
      : {
          counterexample: {
            from: counterexample.flow.from.text,
            to: counterexample.flow.to.text,
            protocol: counterexample.flow.protocol,
            port: counterexample.flow.port,
            verdict: counterexample.verdict,
            because: because(counterexample, workspace, advisor),
            why: denyReason(counterexample, advisor),
          },
        }),
  });
}

/** Exit status 0: all hold; 1: one is violated; 2: one cannot be told, or a file cannot be read. */
export async function policyAssert(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { values, switches, files } = parseArguments(argv, { values: ['--assertions', '--cluster'], switches: ['--json'] });
    const lists = values.get('--assertions') ?? [];
    if (lists.length === 0) throw new UsageError('There is no file of assertions.');
    if (files.length === 0) throw new UsageError('There is no file of policies.');
    const workspace = await readWorkspace(files, values.get('--cluster') ?? []);
    const reach = new Reachability(workspace.cluster, workspace.policies);
    const evaluator = new Evaluator(workspace.cluster, workspace.policies);
    const advisor = new ChangeAdvisor(evaluator);
    const counts = { holds: 0, violated: 0, 'cannot-tell': 0 };
    for (const list of lists) {
      for (const assertion of await assertionsOf(list)) {
        const answer = checkAssertion(assertion, workspace.cluster, reach, evaluator);
        counts[answer.status]++;
        io.stdout.write(switches.has('--json') ? `${answerJson(answer, workspace, advisor)}\n` : answerText(answer, workspace, advisor));
      }
    }
    if (!switches.has('--json')) io.stdout.write(`${counts.holds} hold, ${counts.violated} violated, ${counts['cannot-tell']} unknown\n`);
    return counts.violated > 0 ? EXIT_FINDINGS : counts['cannot-tell'] > 0 ? EXIT_CANNOT_TELL : EXIT_OK;
  });
}
