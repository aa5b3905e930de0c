/** `stratoshark policy explain`: may this traffic pass, which line of YAML decides, and what would allow it. */
import { stringify } from 'yaml';
import { denyReason } from '../policy/caseAnswer.ts';
import { ChangeAdvisor, type Change } from '../policy/change.ts';
import { UnknownEndpointError, type Endpoint } from '../policy/endpoint.ts';
import { Evaluator, type DirectionVerdict, type FlowVerdict } from '../policy/evaluate.ts';
import { readGroup } from '../policy/groups.ts';
import { nearestRule } from '../policy/nearest.ts';
import { PROTOCOLS, pathText, refText, type EndpointSpec, type Probe } from '../policy/types.ts';
import { placeText, readWorkspace, type Workspace } from './policyInput.ts';
import { EXIT_FINDINGS, EXIT_OK, guarded, InputError, parseArguments, UsageError, type CommandIo } from './policyIo.ts';

const USAGE = `usage: stratoshark policy explain --from END --to END --port PORT [--protocol TCP|UDP|SCTP] [--cluster FILE…] [--json] FILE…
  END: shop/web-1, shop/app=web (its first pod), an address, node:NAME; --to also service:NS/NAME`;

function specOf(text: string, workspace: Workspace): EndpointSpec {
  if (text.startsWith('service:')) {
    const [ns = '', service = ''] = text.slice('service:'.length).split('/');
    return { ns, service };
  }
  const [end]: readonly (Endpoint | undefined)[] = readGroup(text, workspace.cluster);
  if (end === undefined) throw new UnknownEndpointError(`${text} matches no pod: check the name, or add the pods to the files given.`);
  if (end.anyPod !== undefined) return { ns: end.anyPod.ns, pod: end.anyPod.name };
  return end.asNode === undefined ? { ip: text } : { node: end.asNode.name };
}

function exemptionText(verdict: DirectionVerdict): string {
  switch (verdict.exemption) {
    case 'self':
      return 'a pod always reaches itself';
    case 'own-node':
      return "traffic from the pod's own node is always admitted";
    case 'host-network':
      return 'policies do not apply to hostNetwork pods';
    default:
      return 'policies apply to pods only';
  }
}

function directionText(verdict: DirectionVerdict, flow: FlowVerdict['flow'], workspace: Workspace): string {
  const { direction, decidedBy } = verdict;
  const title = `${direction}: `;
  if (decidedBy === 'exempt') return `${title}allowed, ${exemptionText(verdict)}\n`;
  if (decidedBy === 'default') return `${title}allowed, no policy selects the pod for ${direction}\n`;
  if (verdict.allowed) {
    const rules = verdict.rules.map(({ policy, rule }) => `  ${placeText(workspace.place(policy, rule.path))}: ${refText(policy.ref)} rule ${rule.index + 1}\n`);
    return `${title}allowed by\n${rules.join('')}`;
  }
  const isolated = verdict.isolatedBy.map((policy) => `  ${placeText(workspace.place(policy, []))}: ${refText(policy.ref)}\n`);
  const nearest = nearestRule(flow, verdict);
  const near = nearest === undefined ? '' : `  nearest: ${placeText(workspace.place(nearest.policy, nearest.path))}: ${refText(nearest.policy.ref)} ${pathText(nearest.path)}: ${nearest.reason}\n`;
  return `${title}DENIED; the pod is isolated by\n${isolated.join('')}${near}`;
}

function changeText({ summary, operations }: Change): string {
  const parts = operations.map(({ object, path, value }) => {
    const where = path === '' ? `  new ${refText(object)}:\n` : `  ${refText(object)}, at ${path}:\n`;
    return `${where}${stringify(value).replaceAll(/^(?=.)/gm, '    ')}`;
  });
  return `${summary}\n${parts.join('')}`;
}

function verdictText(verdict: FlowVerdict, workspace: Workspace, advisor: ChangeAdvisor): string {
  const { flow } = verdict;
  const lines = [`${flow.from.text} -> ${flow.to.text} ${flow.protocol}/${flow.port}: ${verdict.verdict === 'allow' ? 'allowed' : 'DENIED'}\n`];
  for (const direction of [verdict.egress, verdict.ingress]) lines.push(directionText(direction, flow, workspace));
  const edit = advisor.smallestEdit(verdict);
  if (edit.length > 0) lines.push('To allow it:\n', ...edit.map(changeText));
  const narrow = advisor.narrowest(verdict);
  if (narrow.some((change, at) => change.opens < (edit[at]?.opens ?? 0))) lines.push('Or, opening less:\n', ...narrow.map(changeText));
  return lines.join('');
}

function verdictJson(verdict: FlowVerdict, workspace: Workspace, advisor: ChangeAdvisor): string {
  const { flow } = verdict;
  const direction = (one: DirectionVerdict) => ({
    allowed: one.allowed,
    decidedBy: one.decidedBy,
    ...(one.exemption === undefined ? {} : { exemption: one.exemption }),
    rules: one.rules.map(({ policy, rule }) => ({ policy: refText(policy.ref), path: pathText(rule.path), place: placeText(workspace.place(policy, rule.path)) })),
    isolatedBy: one.isolatedBy.map((policy) => refText(policy.ref)),
  });
  return JSON.stringify({
    from: flow.from.text,
    to: flow.to.text,
    protocol: flow.protocol,
    port: flow.port,
    verdict: verdict.verdict,
    denied_by: verdict.deniedBy,
    egress: direction(verdict.egress),
    ingress: direction(verdict.ingress),
    why: denyReason(verdict, advisor),
  });
}

/** Exit status 0: allowed; 1: denied; 2: it cannot be told (unknown pod, unreadable file). */
export async function policyExplain(argv: readonly string[], io: CommandIo): Promise<number> {
  return guarded(io, USAGE, async () => {
    const { values, switches, files } = parseArguments(argv, { values: ['--from', '--to', '--port', '--protocol', '--cluster'], switches: ['--json'] });
    const last = (name: string): string => {
      const value = values.get(name)?.at(-1);
      if (value === undefined) throw new UsageError(`${name} is missing.`);
      return value;
    };
    if (files.length === 0) throw new UsageError('There is no file of policies.');
    const written = last('--port');
    const protocol = PROTOCOLS.find((one) => one === (values.get('--protocol')?.at(-1) ?? 'TCP').toUpperCase());
    if (protocol === undefined) throw new UsageError('--protocol is TCP, UDP or SCTP.');
    const workspace = await readWorkspace(files, values.get('--cluster') ?? []);
    const evaluator = new Evaluator(workspace.cluster, workspace.policies);
    const advisor = new ChangeAdvisor(evaluator);
    try {
      const probe: Probe = { from: specOf(last('--from'), workspace), to: specOf(last('--to'), workspace), port: /^\d+$/.test(written) ? Number(written) : written, protocol };
      const verdicts = evaluator.probe(probe);
      if (verdicts.length === 0) throw new UnknownEndpointError('The Service has no backend among the pods given: add its pods to the files.');
      for (const verdict of verdicts) {
        io.stdout.write(switches.has('--json') ? `${verdictJson(verdict, workspace, advisor)}\n` : verdictText(verdict, workspace, advisor));
      }
      return verdicts.every(({ verdict }) => verdict === 'allow') ? EXIT_OK : EXIT_FINDINGS;
    } catch (error) {
      if (error instanceof UnknownEndpointError) throw new InputError(error.message);
      throw error;
    }
  });
}
