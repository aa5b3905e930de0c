/** `stratoshark capture --context C …`, a bundle of its own: the agents of a cluster capture, this process merges what they send. */
import { AgentFilter } from '../agent/agentFilter.ts';
import { NodeView } from '../agent/nodeView.ts';
import { PeerNames } from '../agent/peerNames.ts';
import { agentsIn, TargetNodes, type NodesFound } from '../agent/targetNodes.ts';
import { podOf } from '../agent/pods.ts';
import { Refusal } from '../capture/captureTerms.ts';
import { openExec, type ExecHandlers, type ExecStream } from '../capture/execStream.ts';
import { MergedCapture } from '../capture/mergedCapture.ts';
import type { SessionOptions } from '../capture/nodeSession.ts';
import { ApiClient, ClusterError, loadKubeconfig } from '../cluster/apiClient.ts';
import { apiPath } from '../cluster/resources.ts';
import type { LiveEnd, LiveStatus } from '../contract/live.ts';
import { agentWords, guestWords, type ClusterRequest } from './clusterArguments.ts';
import { CommandError, exit, type CommandIo } from './exit.ts';
import { LiveNotes, summaryOf } from './liveNotes.ts';

/** Container of the agent's pod, as bpf/deploy names it. */
const kContainer = 'agent';
const kTick = 250;
/** After it was asked to end, for the agents' last packets, milliseconds. */
const kLastWait = 10_000;
const kNone: NodesFound = { nodes: new Set(), pods: 0, hostNetwork: [] };
const kLongestTimer = 2 ** 31 - 1;

/** Captures until a limit, a signal, or until no agent captures any more. Exit status. */
export async function clusterCapture(request: ClusterRequest, io: CommandIo): Promise<number> {
  const run = new ClusterRun(request, io);
  try {
    return await run.run();
  } catch (thrown) {
    if (thrown instanceof ClusterError) throw new CommandError(thrown.message, exit.failure);
    throw thrown;
  }
}

class ClusterRun {
  private readonly request: ClusterRequest;
  private readonly io: CommandIo;
  private readonly filter: AgentFilter;
  private readonly notes: LiveNotes;
  private readonly started = Date.now();
  private capture: MergedCapture | undefined;
  private reason: LiveEnd | undefined;
  private failure: string | undefined;
  private said = new Set<string>();
  private wake: () => void = () => undefined;

  public constructor(request: ClusterRequest, io: CommandIo) {
    this.request = request;
    this.io = io;
    this.filter = filterOf(request.filter);
    this.notes = new LiveNotes({ ...request, live: request }, io, false);
  }

  public async run(): Promise<number> {
    const { context, kubeconfig, namespace, agentNamespace, output } = this.request;
    const client = ApiClient.open(context === '' ? undefined : context, kubeconfig);
    const agents = this.request.guest === undefined ? await agentsIn(client, agentNamespace) : new Map<string, string>();
    if (agents.size === 0 && this.request.guest === undefined) throw new CommandError(`There is no agent in the namespace ${agentNamespace} of ${client.context}: deploy it there first, or name its namespace with --agent-namespace.`, exit.failure);
    const targets = new TargetNodes(client, this.filter, namespace);
    const peers = new PeerNames(client, namespace);
    try {
      const guest = this.request.guest === undefined ? undefined : await this.guest(client);
      const found = guest === undefined ? await this.nodesOf(targets, agents) : kNone;
      const capture = await MergedCapture.create(output, {
        source: `capture of ${client.context}`,
        namesOf: (addresses, known) => peers.of(addresses, known),
        onNote: (line) => { if (!this.request.supervised) this.say(line); },
        onFailure: (sentence) => { this.stop('output', sentence); },
      }).catch((thrown: unknown) => { throw new CommandError(`${output} cannot be made: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, exit.failure); });
      this.capture = capture;
      if (guest === undefined) {
        this.include(found, agents);
        targets.follow((now) => { this.include(now, agents); });
      } else capture.add(guest.name, guest.open);
      const release = this.listen();
      const { seconds } = this.request;
      const timer = seconds === 0 ? undefined : setTimeout(() => { this.stop('duration'); }, Math.min(seconds * 1000, kLongestTimer));
      const tick = setInterval(() => { this.onTick(); }, kTick);
      await new Promise<void>((resolve) => { this.wake = resolve; });
      targets.close();
      clearTimeout(timer);
      await this.finish(capture);
      clearInterval(tick);
      release();
      return this.tellEnd(capture);
    } finally {
      targets.close();
      peers.close();
    }
  }

  /** A capture from inside of one pod: what is known of it is decided here, the rest by the kernel there. */
  private async guest(client: ApiClient): Promise<{ readonly name: string; readonly open: SessionOptions['open'] }> {
    const { kubeconfig, namespace = '', guest: { pod: name, container } = { pod: '', container: '' } } = this.request;
    const pod = podOf(await client.read(apiPath('pods', namespace, name)));
    const filter = this.filter.of(await new NodeView(client, '', namespace).factsOf(pod));
    if (filter === undefined) throw new CommandError(`--ebpf-filter leaves nothing of ${namespace}/${name}: choose packets by address, port and protocol.`, exit.failure);
    return {
      name,
      open: (resume, handlers) => {
        const config = loadKubeconfig(kubeconfig);
        config.setCurrentContext(client.context);
        return Promise.resolve(openExec(config, { namespace, pod: name, container, command: guestWords(this.request, filter, resume) }, handlers));
      },
    };
  }

  /** Where to capture. Who may not list pods asks every agent: each knows its own. */
  private async nodesOf(targets: TargetNodes, agents: ReadonlyMap<string, string>): Promise<NodesFound> {
    try {
      const found = await targets.find();
      const { podNames } = this.filter;
      const where = this.request.namespace === undefined ? '' : ` in ${this.request.namespace}`;
      if (found.pods === 0 && podNames.length > 0) throw new CommandError(`No pod${where} matches --ebpf-filter: is there one called ${podNames.slice(0, 5).join(' or ')}?`, exit.failure);
      if (found.nodes.size === 0 && found.hostNetwork.length > 0) throw new CommandError(`${found.hostNetwork.slice(0, 5).join(', ')} share the network of their nodes, where their packets cannot be told from others': choose other pods.`, exit.failure);
      return found;
    } catch (thrown) {
      if (!(thrown instanceof ClusterError) || thrown.status !== 403) throw thrown;
      return { nodes: new Set(agents.keys()), pods: 0, hostNetwork: [] };
    }
  }

  private include({ nodes, hostNetwork }: NodesFound, agents: ReadonlyMap<string, string>): void {
    for (const name of hostNetwork) this.say(`${name} shares the network of its node, where its packets cannot be told from others': it is left out.`);
    for (const node of nodes) {
      if (this.capture?.has(node) === true || this.reason !== undefined) continue;
      if (!agents.has(node)) this.say(`${node} has no agent: its pods are not captured until one runs there.`);
      this.capture?.add(node, (resume, handlers) => this.openAt(node, resume, handlers));
    }
  }

  /** With the kubeconfig and its credentials as they are by then, in the agent that is there by then. */
  private async openAt(node: string, resume: string | undefined, handlers: ExecHandlers): Promise<ExecStream> {
    const { context, kubeconfig, agentNamespace } = this.request;
    const client = ApiClient.open(context === '' ? undefined : context, kubeconfig);
    const pod = (await agentsIn(client, agentNamespace)).get(node);
    if (pod === undefined) throw new ClusterError(`${node} has no agent in ${agentNamespace} now`);
    const config = loadKubeconfig(kubeconfig);
    config.setCurrentContext(client.context);
    return openExec(config, { namespace: agentNamespace, pod, container: kContainer, command: agentWords(this.request, resume) }, handlers);
  }

  private onTick(): void {
    const { capture } = this;
    if (capture === undefined) return;
    capture.advance();
    const { packets, bytes } = this.request;
    if (packets > 0 && capture.packets >= packets) this.stop('packets');
    if (bytes > 0 && capture.size >= bytes) this.stop('bytes');
    if (capture.isOver && this.reason === undefined) this.stop('interfaceGone');
    this.notes.show(this.status(capture, 'running'));
  }

  private status(capture: MergedCapture, state: LiveStatus['state']): LiveStatus {
    const { nodes } = capture;
    const trouble = nodes.find(({ state: one }) => one === 'reconnecting' || one === 'failed');
    const message = this.failure ?? (trouble?.message === undefined ? undefined : `${trouble.name}: ${trouble.state === 'reconnecting' ? `${trouble.message.replace(/\.$/, '')}; connecting again` : trouble.message}`);
    return {
      state, milliseconds: Date.now() - this.started, packets: capture.packets, bytes: capture.bytes, dropped: nodes.reduce((sum, { dropped }) => sum + dropped, 0),
      file: capture.path, files: 1, fileBytes: capture.size, leftOut: 0, nodes, paused: capture.paused,
      ...(message === undefined ? {} : { message }), ...(this.reason === undefined || state === 'running' ? {} : { reason: this.reason }),
    };
  }

  private stop(reason: LiveEnd, failure?: string): void {
    this.reason ??= reason;
    this.failure ??= failure;
    this.wake();
  }

  private async finish(capture: MergedCapture): Promise<void> {
    const { packets } = this.request;
    if (packets > 0) capture.limit(packets);
    await capture.finish(kLastWait);
  }

  private tellEnd(capture: MergedCapture): number {
    const last = this.status(capture, 'ended');
    this.notes.end(last);
    const failed = last.nodes?.filter(({ state }) => state === 'failed') ?? [];
    for (const { name, message } of failed) if (message !== undefined) this.say(`${name}: ${message}`);
    if (!this.request.supervised) {
      for (const { name, clock } of last.nodes ?? []) {
        if (clock?.corrected === true) this.say(`The clock of ${name} is ${clock.offset.toFixed(1)} ms from that of ${clock.node} (±${clock.bound.toFixed(1)} ms): times of its packets are corrected.`);
      }
    }
    for (const line of summaryOf(last, this.request, false)) this.io.err(line);
    return this.failure !== undefined || (failed.length > 0 && failed.length === last.nodes?.length) ? exit.failure : exit.ok;
  }

  /** Signals end it, a second one at once; a supervisor pauses it by lines and ends it by closing standard input. */
  private listen(): () => void {
    const end = (): void => {
      if (this.reason !== undefined) process.exit(exit.failure);
      this.stop('stopped');
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, end);
    if (this.request.supervised) {
      process.stdin.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString().split('\n')) if (line === 'pause' || line === 'resume') this.capture?.pause(line === 'pause');
      }).on('end', () => { this.stop('stopped'); }).on('error', () => { this.stop('stopped'); });
    }
    return () => {
      for (const signal of signals) process.off(signal, end);
      process.stdin.destroy();
    };
  }

  private say(line: string): void {
    if (this.said.has(line)) return;
    this.said.add(line);
    this.io.err(line);
  }
}

function filterOf(text: string): AgentFilter {
  try {
    return new AgentFilter(text);
  } catch (thrown) {
    if (thrown instanceof Refusal) throw new CommandError(`--ebpf-filter: ${thrown.message}`, exit.usage);
    throw thrown;
  }
}
