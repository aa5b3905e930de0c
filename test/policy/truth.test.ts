/** Every verdict and every denied_by of the shared truth tables. */
import { describe, expect, test } from 'vitest';
import { compilePolicies } from '../../src/policy/compile.ts';
import { createEvaluator } from '../../src/policy/evaluate.ts';
import { readCaseState } from '../../src/policy/state.ts';
import { readTable, reportMissing, sharedPresent, tableNames } from './shared.ts';

reportMissing('policy verdicts');

describe.skipIf(!sharedPresent)('truth tables', () => {
  test.each(tableNames())('%s', (name) => {
    const wrong: string[] = [];
    let probes = 0;
    for (const item of readTable(name)) {
      const evaluator = createEvaluator(readCaseState(item), compilePolicies(item.policies));
      for (const probe of item.probes) {
        probes++;
        const verdicts = evaluator.probe(probe);
        const verdict = verdicts.find((one) => one.verdict === 'deny') ?? verdicts[0];
        const say = (): string => `${item.name}: ${JSON.stringify(probe)} but ${verdict?.deniedBy ?? 'allowed'}`;
        if (verdict?.verdict !== probe.expected) wrong.push(say());
        else if (probe.denied_by !== undefined && verdict.deniedBy !== probe.denied_by) wrong.push(say());
        if (verdict !== undefined && evaluator.allows(verdict.flow) !== (verdict.verdict === 'allow')) wrong.push(`fast path: ${say()}`);
      }
    }
    expect(probes).toBeGreaterThan(0);
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});
