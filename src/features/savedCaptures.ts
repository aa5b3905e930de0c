/** How the capture files were made, remembered by their names: what was captured, how long, and how to do it again. */
import type * as vscode from 'vscode';
import type { LocalRequest } from '../capture/localCapture.ts';
import type { LiveStatus } from '../contract/live.ts';

const kKey = 'captures.made';
/** The newest are remembered. */
const kMost = 500;

export interface CaptureRequest extends Omit<LocalRequest, 'file'> {
  /** Of the file's name, `production_backend`; without, the source. */
  readonly target?: string;
}

export interface SavedFacts {
  readonly source: string;
  readonly filter: string;
  readonly words: readonly string[];
  readonly target?: string;
  /** ms since 1970. */
  readonly began: number;
  readonly milliseconds?: number;
  readonly packets?: number;
}

type All = Readonly<Record<string, SavedFacts>>;

/** `2026-11-23T101530Z_production_backend`: sorts by itself, is a file name everywhere. */
export function targetStem(target: string, began: Date): string {
  return `${began.toISOString().replace(/\.\d+Z$/, 'Z').replaceAll(':', '')}_${target.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}`;
}

export class SavedCaptures {
  private readonly memory: vscode.Memento;

  public constructor(memory: vscode.Memento) {
    this.memory = memory;
  }

  public factsOf(name: string): SavedFacts | undefined {
    return this.all[name];
  }

  public requestOf(name: string): CaptureRequest | undefined {
    const facts = this.all[name];
    if (facts === undefined) return undefined;
    const { source, filter, words, target } = facts;
    return { source, filter, words, ...(target === undefined ? {} : { target }) };
  }

  public begin(name: string, { source, filter, words, target }: CaptureRequest): void {
    this.write(name, { source, filter, words, began: Date.now(), ...(target === undefined ? {} : { target }) });
  }

  public end(name: string, status: LiveStatus | undefined): void {
    const facts = this.all[name];
    if (facts !== undefined && status !== undefined) this.write(name, { ...facts, milliseconds: status.milliseconds, packets: status.packets });
  }

  public rename(from: string, to: string): void {
    const facts = this.all[from];
    if (facts !== undefined) this.write(to, facts, from);
  }

  public forget(name: string): void {
    void this.memory.update(kKey, Object.fromEntries(Object.entries(this.all).filter(([other]) => other !== name)));
  }

  private get all(): All {
    return this.memory.get<All>(kKey, {});
  }

  private write(name: string, facts: SavedFacts, instead?: string): void {
    const others = Object.entries(this.all).filter(([other]) => other !== name && other !== instead);
    const newest = [...others, [name, facts] as const].sort(([, a], [, b]) => b.began - a.began).slice(0, kMost);
    void this.memory.update(kKey, Object.fromEntries(newest));
  }
}
