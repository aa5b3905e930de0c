/**
 * What a capture shows of each rule, as tests show of each line of a program: flows that got through by it, flows that
 * went unanswered and that the policies deny, counted at the rule that comes nearest. Flows that cannot be judged count
 * nowhere, but for their number.
 */
import { AskedInTime } from './askedPolicies.ts';
import type { CapturedFlows, FlowClass } from './capturedFlows.ts';
import type { Policy, Rule } from './model.ts';
import { nearestRule } from './nearest.ts';
import { lacking } from './whatIf.ts';

/** Flows alike that count at a rule, and as what. */
export interface RulePart {
  readonly flows: FlowClass;
  readonly as: 'passed' | 'denied';
}

export interface RuleUse {
  /** Flows that got through, and that this rule allows. */
  allowed: number;
  /** Unanswered flows that the policies deny, and that this rule denies or comes nearest to allowing. */
  denied: number;
  /** Unanswered flows that this rule allows: something else kept the answer. */
  unanswered: number;
  /** What was counted. */
  readonly parts: RulePart[];
}

export interface RulesUsed {
  readonly rules: ReadonlyMap<Rule, RuleUse>;
  /** Flows that got through or went unanswered, and that count. */
  readonly judged: number;
  /** Flows whose verdict, or whose rule, the file does not tell. */
  readonly unjudged: number;
}

/** `edited`: the policies whose rules are counted; they stand for those of their names in the file. */
export function rulesUsed(captured: CapturedFlows, edited: readonly Policy[]): RulesUsed {
  const asked = new AskedInTime(captured, edited, undefined);
  const rules = new Map<Rule, RuleUse>();
  const useOf = (rule: Rule): RuleUse => {
    const use = rules.get(rule) ?? { allowed: 0, denied: 0, unanswered: 0, parts: [] };
    rules.set(rule, use);
    return use;
  };
  const { apart } = captured;
  let judged = 0;
  let unjudged = apart.rewritten.length + apart.peer.length + apart.node.length + apart.beginning.length;
  for (const one of captured.classes) {
    const { answered: { length: answered }, unanswered: { length: unanswered } } = one.flows;
    const policies = asked.at(one.period).edited;
    // Without the pod's ports nobody can say which of the rules that name a port it was.
    if (lacking(one, [policies]) !== undefined || (one.lacksPorts && policies.portNames.length > 0)) {
      unjudged += answered + unanswered;
      continue;
    }
    judged += answered + unanswered;
    const verdict = policies.explained(one.flow);
    for (const direction of [verdict.ingress, verdict.egress]) {
      if (verdict.verdict === 'allow') {
        for (const { rule } of direction.rules) {
          const use = useOf(rule);
          use.allowed += answered;
          use.unanswered += unanswered;
          use.parts.push({ flows: one, as: 'passed' });
        }
      } else if (!direction.allowed && unanswered > 0) {
        const nearest = nearestRule(one.flow, direction);
        if (nearest?.rule === undefined) continue;
        const use = useOf(nearest.rule);
        use.denied += unanswered;
        use.parts.push({ flows: one, as: 'denied' });
      }
    }
  }
  return { rules, judged, unjudged };
}
