/** Who has an address, of what a capture knows: captured pods first, then others, then Services. */
import type { EndIdentity, FlowTuple } from '../contract/captureBlocks.ts';
import type { PodFacts } from './agentFilter.ts';
import { calledAs, endOfPod } from './flowEnds.ts';
import type { Service } from './pods.ts';

export class AddressBook {
  private readonly captured = new Map<string, PodFacts>();
  private pods: ReadonlyMap<string, PodFacts> = new Map();
  private services: ReadonlyMap<string, Service> = new Map();

  /** A pod that is captured, or was: what is told late of it still has its address. */
  public capture(facts: PodFacts): void {
    for (const address of facts.pod.addresses) this.captured.set(address, facts);
  }

  /** Replaces what is known beside. Pods that share their node's address are nobody's by it. */
  public know(pods: readonly PodFacts[], services: readonly Service[]): void {
    this.pods = new Map(pods.filter(({ pod }) => !pod.hostNetwork).flatMap((facts) => facts.pod.addresses.map((address) => [address, facts] as const)));
    this.services = new Map(services.flatMap((service) => service.addresses.map((address) => [address, service] as const)));
  }

  public isCaptured(address: string): boolean {
    return this.captured.has(address);
  }

  /** Whether somebody is known to have it. */
  public has(address: string): boolean {
    return this.captured.has(address) || this.pods.has(address) || this.services.has(address);
  }

  /** The ends of a translated connection; `b` is the pod that was chosen, with the Service that was called. */
  public endsOf(original: FlowTuple, translated: FlowTuple): { readonly a?: EndIdentity | undefined; readonly b?: EndIdentity | undefined } {
    const pod = (address: string): EndIdentity | undefined => {
      const facts = this.pods.get(address) ?? this.captured.get(address);
      return facts === undefined ? undefined : endOfPod(facts, 'conntrack', 'certain');
    };
    const service = this.services.get(original.b.ip);
    const chosen = pod(translated.b.ip);
    // A selector reaches no further than its namespace; of a Service whose endpoints are written down, the pod's namespace is told.
    const b = service === undefined ? chosen : chosen !== undefined ? calledAs(chosen, service.name) : { namespace: service.namespace, service: service.name, learned: 'conntrack' as const };
    return { a: pod(original.a.ip), b };
  }
}
