/**
 * Pods to be captured that have no network yet. The API server tells of a container a second or more after it runs, too late for
 * its first packets, and never of one that fails at once: so the node itself is looked at, often at first and ever less so.
 */
import { networkOf, nodeProcesses } from './podProcesses.ts';
import type { Pod } from './pods.ts';

/** Between two looks at the node's processes, milliseconds: containers come some hundred after their pod's network. */
const kFirst = 50;
const kLongest = 2000;
const kGrowth = 1.1;

export class ComingPods {
  private readonly onCome: () => void;
  private pods: readonly Pod[] = [];
  private timer: NodeJS.Timeout | undefined;
  private delay = kFirst;

  /** `onCome`: some have their network now. */
  public constructor(onCome: () => void) {
    this.onCome = onCome;
  }

  public get any(): boolean {
    return this.pods.length > 0;
  }

  /** All that are waited for now. */
  public wait(pods: readonly Pod[]): void {
    if (pods.some(({ uid }) => !this.pods.some((before) => before.uid === uid))) this.delay = kFirst;
    this.close();
    this.pods = pods;
    if (pods.length > 0) this.timer = setTimeout(() => { this.again(); }, this.delay);
  }

  public close(): void {
    clearTimeout(this.timer);
    this.pods = [];
  }

  private again(): void {
    const processes = nodeProcesses();
    this.delay = Math.min(this.delay * kGrowth, kLongest);
    if (this.pods.some((pod) => networkOf(pod, processes) !== undefined)) this.onCome();
    else this.wait(this.pods);
  }
}
