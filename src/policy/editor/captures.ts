/** An open capture beside the policies that are edited: what they would do to its flows. */
import { ProblemError } from '../../base/problem.ts';
import type { GivenCapture, PolicyLens, RuleFlow, RuleFlows, RuleMark, TextRange, WhatIf } from '../../contract/policy.ts';
import { CapturedFlows } from '../capturedFlows.ts';
import type { Policy } from '../model.ts';
import { rulesUsed, type RuleUse, type RulesUsed } from '../ruleUse.ts';
import { pathText, refText } from '../types.ts';
import { whatIf, type WhatIfAnswer } from '../whatIf.ts';
import { filterOf, flowCount, flowText, whatIfHeadline, whatIfReport } from '../whatIfReport.ts';
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
  private readonly used = new WeakMap<World, RulesUsed>();

  constructor(given: GivenCapture, before: ReadonlyMap<string, SourceFile>) {
    this.given = given;
    this.before = before;
    this.flows = new CapturedFlows(given.conversations);
  }

  private usedOf(world: World): RulesUsed {
    let used = this.used.get(world);
    if (used === undefined) {
      used = rulesUsed(this.flows, world.policies);
      this.used.set(world, used);
    }
    return used;
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

  /** Above each rule that allows or denies, and beside it: the flows that got through by it, and those it met denied. */
  rules(world: World, uri: string): { readonly lenses: readonly PolicyLens[]; readonly marks: readonly RuleMark[] } {
    const { rules, judged, unjudged } = this.usedOf(world);
    const lenses: PolicyLens[] = [];
    const marks: RuleMark[] = [];
    // Of a capture that tells of no flow, no rule is unused.
    for (const { object, policy } of judged === 0 ? [] : shownSources(world, uri)) {
      for (const rule of [...policy.ingress ?? [], ...policy.egress ?? []]) {
        if (rule.action === 'Pass') continue;
        const use = rules.get(rule) ?? UNUSED;
        const range = textRange(object.rangeOf(rule.path));
        lenses.push({
          range, action: 'ruleUse', policy: refText(policy.ref), pods: [], capture: this.given.uri, rule: pathText(rule.path),
          title: `${this.given.name}: ${useText(use, unjudged)}`, tooltip: useTooltip(use, unjudged),
        });
        const mark = markOf(use);
        if (mark !== undefined) marks.push({ range: ownLines(range), use: mark });
      }
    }
    return { lenses, marks };
  }

  /** The flows behind the lens of one rule of a document. */
  ruleFlows(world: World, uri: string, policy: string, path: string): RuleFlows {
    const rule = shownSources(world, uri).filter((source) => refText(source.policy.ref) === policy)
      .flatMap((source) => [...source.policy.ingress ?? [], ...source.policy.egress ?? []]).find((one) => pathText(one.path) === path);
    if (rule === undefined) throw new ProblemError('invalid', `${policy} has no ${path} any more.`, 'Choose the flows of another rule.');
    const { rules, unjudged } = this.usedOf(world);
    const use = rules.get(rule) ?? UNUSED;
    const { allowed, denied, unanswered } = use;
    return { title: useText(use, unjudged), counts: { allowed, denied, unanswered }, flows: OUTCOMES.flatMap((outcome) => this.flowsOf(use, outcome)) };
  }

  private flowsOf({ parts }: RuleUse, outcome: RuleFlow['outcome']): readonly RuleFlow[] {
    const places = parts.filter(({ as }) => as === (outcome === 'denied' ? 'denied' : 'passed'))
      .flatMap(({ flows: { flow, flows } }) => flows[outcome === 'allowed' ? 'answered' : 'unanswered'].map((at) => ({ at, text: flowText(flow) })));
    return places.sort((a, b) => a.at - b.at).slice(0, MOST_CHANGES).flatMap(({ at, text }) => {
      const captured = this.given.conversations.flows[at];
      return captured === undefined ? [] : [{ outcome, text, filter: filterOf(captured), frame: captured.frame }];
    });
  }
}

/** A node of YAML ends where the next begins: at the start of a line that is not its own. */
function ownLines({ start, end }: TextRange): TextRange {
  return end.character > 0 || end.line === start.line ? { start, end } : { start, end: { line: end.line - 1, character: 0 } };
}

const UNUSED: RuleUse = { allowed: 0, denied: 0, unanswered: 0, parts: [] };
const OUTCOMES = ['allowed', 'denied', 'unanswered'] as const;

function useText({ allowed, denied, unanswered }: RuleUse, unjudged: number): string {
  if (allowed > 0 || denied > 0) return `${flowCount(allowed)} allowed · ${denied.toLocaleString('en-US')} denied`;
  if (unanswered > 0) return `${flowCount(unanswered)} unanswered`;
  return unjudged === 0 ? 'unused' : `unused as far as can be told (${flowCount(unjudged)} cannot be judged)`;
}

function useTooltip({ unanswered }: RuleUse, unjudged: number): string {
  return [
    'Allowed: flows that got through, and that this rule allows. Denied: flows without an answer that the policies deny, and that come nearest to this rule.',
    ...(unanswered === 0 ? [] : [`${flowCount(unanswered)} that it allows went unanswered: another cause`]),
    ...(unjudged === 0 ? [] : [`${flowCount(unjudged)} cannot be judged from the file`]),
  ].join('\n');
}

/** A rule whose flows all went unanswered for another cause is neither. */
function markOf({ allowed, denied, unanswered }: RuleUse): RuleMark['use'] | undefined {
  if (allowed > 0) return 'allowed';
  if (denied > 0) return 'denied';
  return unanswered > 0 ? undefined : 'unused';
}

/** What several captures show of the same rules: one that saw it used outweighs those that did not. */
export function joinMarks(marks: readonly RuleMark[]): readonly RuleMark[] {
  const rank = { allowed: 2, denied: 1, unused: 0 } as const;
  const joined = new Map<string, RuleMark>();
  for (const mark of marks) {
    const key = JSON.stringify(mark.range.start);
    const known = joined.get(key);
    if (known === undefined || rank[known.use] < rank[mark.use]) joined.set(key, mark);
  }
  return [...joined.values()];
}
