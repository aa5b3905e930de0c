/** What `--ebpf-filter` can ask of pods while capturing: src/agent/agentFilter.ts decides it, pod by pod. */
import { parseCaptureTerms, Refusal } from './captureTerms.ts';

export const agentFields = [
  'k8s.pod.name', 'ebpf.k8s.pod', 'k8s.pod.uid', 'k8s.pod.ip', 'k8s.namespace', 'k8s.node.name', 'k8s.service.name', 'k8s.container.name',
  'k8s.container.id', 'k8s.deployment', 'k8s.replicaset', 'k8s.workload', 'k8s.label',
] as const;
export type AgentField = (typeof agentFields)[number];

export const isAgentField = (name: string): name is AgentField => (agentFields as readonly string[]).includes(name);

/** Throws Refusal for a name that is none of them. */
export function checkAgentField(name: string): void {
  if (isAgentField(name)) return;
  const side = /^k8s\.(?:src|dst)\.(.+)$/.exec(name)?.[1];
  if (side !== undefined && isAgentField(`k8s.${side}`)) {
    throw new Refusal(`${name} cannot be decided while capturing: choose the pods with k8s.${side}, and use ${name} when reading the file.`);
  }
  if (name.startsWith('ebpf.process.')) throw new Refusal(`${name} cannot be decided while capturing: a packet's process is often known only afterwards; use it when reading the file.`);
  throw new Refusal(`${name} cannot be decided while capturing: of pods there are ${agentFields.join(', ')}.`);
}

/** What is wrong with a filter for agents, one sentence; '' when nothing is. */
export function agentFilterFault(text: string): string {
  try {
    if (text.trim() !== '') parseCaptureTerms(text, checkAgentField);
    return '';
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
}
