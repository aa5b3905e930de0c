/** `stratoshark capture` in an agent: the pods of its node, chosen by `--ebpf-filter`. */
import { AgentFilter } from '../agent/agentFilter.ts';
import { ContainerFlows } from '../agent/containerFlows.ts';
import { NodeView } from '../agent/nodeView.ts';
import { OwnerWatch } from '../agent/ownerWatch.ts';
import { PodCaptures } from '../agent/podCaptures.ts';
import { fullName, type Pod } from '../agent/pods.ts';
import { PolicyWatch } from '../agent/policyWatch.ts';
import { Refresh } from '../agent/refresh.ts';
import { Refusal } from '../capture/captureTerms.ts';
import { ApiClient } from '../cluster/apiClient.ts';
import type { CaptureFilterCheck, LiveLimits } from '../contract/live.ts';
import type { Native } from '../engine/native.d.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';
import { liveCommand } from './live.ts';
import type { LiveRequest } from './liveArguments.ts';
import { operatorFilter } from './operatorFilter.ts';

/** Pods that one message names. */
const kMostNamed = 5;
/** After a packet it is known whose it is, where that can be known, milliseconds. */
const kOwnersKnown = 600;
/** Changes of pods come in bunches, milliseconds. */
const kSettle = 100;

/** Captures until a limit, a signal, or the end of the pods that were named. Exit status. */
export async function capturePods(native: Native, request: LiveRequest, io: CommandIo): Promise<number> {
  const node = process.env['NODE_NAME'] ?? '';
  if (node === '') throw new CommandError('NODE_NAME is not set: give it to the agent from spec.nodeName, as bpf/deploy does.', exit.failure);
  native.giveWay();
  const { filter: text = '', namespace } = request.pods ?? {};
  const filter = wholeFilter(text, operatorFilter());
  checkCaptureFilter(native, request.live.filter);
  const client = ApiClient.open(undefined);
  const view = new NodeView(client, node, namespace);
  const policies = new PolicyWatch(client, namespace);
  await Promise.all([view.begin(), policies.begin()]);
  await mustMatch(view, filter, namespace);
  const say = (line: string): void => { io.err(line); };
  const live = { ...request.live, lastWords: true, ...(filter.asksContainers ? { holdMilliseconds: kOwnersKnown } : {}) };
  return liveCommand(native, { ...request, live }, io, async (capture, session) => {
    const owners = OwnerWatch.open(native, capture, { source: `agent ${node}`, say, fileBytes: fileBytes(request.live.nextFile), onUnknown: (addresses) => { pods.lookUp(addresses); }, containers: new ContainerFlows(filter) });
    const pods = new PodCaptures(capture, view, {
      filter, namespace, captureFilter: request.live.filter, bufferBytes: request.live.bufferBytes, say, room: (bytes) => session?.grow(bytes),
      linkPeer: (netns, device) => native.linkPeer(netns, device), mostRings: mostRings(),
      policies: (namespaces) => policies.versions(namespaces),
      onPods: (list) => { owners.watch(list); }, onKnown: (known, services) => { owners.know(known, services); },
    });
    await pods.update();
    if (!request.quiet) say(`Capturing ${named(pods.pods)} of ${node}.`);
    for (const note of view.notes) say(note);
    if (policies.problem !== undefined && !request.quiet) say(policies.problem);
    let timer: NodeJS.Timeout | undefined;
    const changed = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void pods.update().then(() => {
          if (filter.podNames.length === 0 || pods.pods.length > 0 || pods.waits) return;
          say(`No pod of ${node} is left that --ebpf-filter names: the capture ends.`);
          capture.stop();
        });
      }, kSettle);
    };
    void view.follow(changed);
    void policies.follow(changed);
    const refresh = new Refresh(() => pods.update());
    const lastWords = (): void => { owners.close(); };
    return {
      lastWords,
      done: () => {
        clearTimeout(timer);
        refresh.close();
        pods.close();
        view.close();
        policies.close();
        lastWords();
      },
    };
  });
}

/** How large files become that are followed by others; undefined: there is one file. */
function fileBytes({ bytes = 0, packets = 0, seconds = 0 }: LiveLimits): number | undefined {
  return bytes > 0 ? bytes : packets > 0 || seconds > 0 ? Infinity : undefined;
}

/** What the operator has set; undefined: as it is by default. */
function mostRings(): number | undefined {
  const text = process.env['STRATOSHARK_POD_RINGS'] ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** Both, where the operator has one. Each is parsed by itself first: a parenthesis of one must not reach into the other. */
function wholeFilter(text: string, operator: string): AgentFilter {
  const own = parsed(text, '--ebpf-filter');
  if (operator === '') return own;
  const held = parsed(operator, 'The filter of the ConfigMap stratoshark-filter is not valid, so nothing is captured');
  return text.trim() === '' ? held : parsed(`(${operator}) and (${text})`, '--ebpf-filter');
}

function parsed(text: string, what: string): AgentFilter {
  try {
    return new AgentFilter(text);
  } catch (thrown) {
    if (thrown instanceof Refusal) throw new CommandError(`${what}: ${thrown.message}`, exit.usage);
    throw thrown;
  }
}

function checkCaptureFilter(native: Native, filter: string): void {
  const check = JSON.parse(native.checkCaptureFilter(filter)) as CaptureFilterCheck;
  if (!check.ok) throw new CommandError(`The capture filter is not valid: ${check.message}.`, exit.usage);
}

const named = (pods: readonly Pod[]): string => {
  const names = pods.slice(0, kMostNamed).map(fullName).join(', ');
  const more = pods.length > kMostNamed ? ` and ${String(pods.length - kMostNamed)} more` : '';
  return pods.length === 0 ? 'no pod yet' : `${String(pods.length)} ${pods.length === 1 ? 'pod' : 'pods'} (${names}${more})`;
};

/** Refuses a filter that names pods of which none is here, and says where they are. */
async function mustMatch(view: NodeView, filter: AgentFilter, namespace: string | undefined): Promise<void> {
  for (const pod of view.pods) if (!pod.over && filter.of(await view.factsOf(pod)) !== undefined) return;
  const matching: Pod[] = [];
  for (const pod of await view.elsewhere(filter.podNames, namespace)) {
    if (filter.of(await view.factsOf(pod)) !== undefined) matching.push(pod);
  }
  const [first] = matching;
  if (first !== undefined && filter.podNames.length > 0) {
    const agent = await view.agentOn(first.node);
    throw new CommandError(`Pod ${fullName(first)} runs on node ${first.node}, use its agent${agent === undefined ? '' : ` (${agent})`}: this one captures on ${view.node} only.`, exit.failure);
  }
  if (filter.podNames.length > 0) throw new CommandError(`No pod of the cluster matches --ebpf-filter: is there one called ${filter.podNames.slice(0, kMostNamed).join(' or ')}?`, exit.failure);
  // A filter of labels or namespaces may match a pod that is still to come.
}
