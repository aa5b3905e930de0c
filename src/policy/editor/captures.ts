/** An open capture beside the policies that are edited: what they would do to its flows. */
import type { GivenCapture, PolicyLens, WhatIf } from '../../contract/policy.ts';
import { CapturedFlows } from '../capturedFlows.ts';
import type { Policy } from '../model.ts';
import { refText } from '../types.ts';
import { whatIf, type WhatIfAnswer } from '../whatIf.ts';
import { flowCount, whatIfHeadline, whatIfReport } from '../whatIfReport.ts';
import { textRange, type SourceFile } from './files.ts';
import { shownSources } from './lenses.ts';
import { policiesOf, type World } from './world.ts';

/** Flows listed to pick from. */
const MOST_CHANGES = 2000;

export class OpenCapture {
  /** The files as they were when the capture was opened. */
  readonly before: ReadonlyMap<string, SourceFile>;
  private readonly given: GivenCapture;
  private readonly flows: CapturedFlows;
  /** Policies of `before` by the document that goes first in it. */
  private readonly present = new Map<string, readonly Policy[]>();
  /** Of the worlds there are now; they are made anew with every edit. */
  private readonly answers = new WeakMap<World, WhatIfAnswer>();

  constructor(given: GivenCapture, before: ReadonlyMap<string, SourceFile>) {
    this.given = given;
    this.before = before;
    this.flows = new CapturedFlows(given.conversations);
  }

  private answerOf(world: World, before: readonly SourceFile[]): WhatIfAnswer {
    let answer = this.answers.get(world);
    if (answer === undefined) {
      answer = whatIf(this.flows, world.policies, this.presentOf(before));
      this.answers.set(world, answer);
    }
    return answer;
  }

  private presentOf(before: readonly SourceFile[]): readonly Policy[] {
    const key = before.map(({ uri }) => uri).join('\n');
    const known = this.present.get(key) ?? policiesOf(before).map(({ policy }) => policy);
    this.present.set(key, known);
    return known;
  }

  /** `before`: the files that count for the document, as they were. */
  report(world: World, before: readonly SourceFile[], policy: string): WhatIf {
    const answer = this.answerOf(world, before);
    const changed = policy === '' ? answer.changed : answer.changed.filter(({ policies }) => policies.includes(policy));
    return whatIfReport({ ...answer, changed }, this.given.conversations, MOST_CHANGES);
  }

  /** Above each policy of a document: the flows it would block, and those it would open. */
  lenses(world: World, before: readonly SourceFile[], uri: string): readonly PolicyLens[] {
    const answer = this.answerOf(world, before);
    const counts = new Map<string, { blocked: number; opened: number }>();
    for (const { kind, policies } of answer.changed) {
      for (const policy of policies) {
        const count = counts.get(policy) ?? { blocked: 0, opened: 0 };
        if (kind === 'block') count.blocked++;
        else count.opened++;
        counts.set(policy, count);
      }
    }
    const { apart } = whatIfReport({ ...answer, changed: [] }, this.given.conversations, 0);
    return shownSources(world, uri).map(({ object, policy }) => {
      const ref = refText(policy.ref);
      const count = counts.get(ref) ?? { blocked: 0, opened: 0 };
      const said = answer.judged === 0 ? `none of ${flowCount(answer.flows)} can be judged` : whatIfHeadline({ ...count, flows: answer.flows });
      return {
        range: textRange(object.rangeOf([])), action: 'whatIf', policy: ref, pods: [], capture: this.given.uri,
        title: `${this.given.name}: ${said}`, tooltip: [`${flowCount(answer.judged)} judged`, ...apart].join('\n'),
      };
    });
  }
}
