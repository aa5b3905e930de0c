/**
 * Every suggested change is applied and everything is evaluated again: the denied flow must pass, nothing that
 * passed may be closed, and little else may open.
 */
import { describe, expect, test } from 'vitest';
import { answerCase } from '../../src/policy/caseAnswer.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import { ClusterIndex, type Flow } from '../../src/policy/endpoint.ts';
import { Evaluator } from '../../src/policy/evaluate.ts';
import { applyPatch, type PatchOperation } from '../../src/policy/jsonPatch.ts';
import { lintObject } from '../../src/policy/lint.ts';
import { readCaseState } from '../../src/policy/state.ts';
import { parseYaml } from '../../src/policy/yaml.ts';
import { readTable, reportMissing, sharedPresent, tableNames, type TruthCase } from './shared.ts';

interface Effect {
  readonly flips: boolean;
  readonly opened: number;
  readonly closed: number;
}

/** What a change does to the verdicts of all probes of a case. */
function effect(item: TruthCase, cluster: ClusterIndex, flows: readonly Flow[], before: readonly boolean[], at: number, change: readonly PatchOperation[]): Effect {
  const after = new Evaluator(cluster, compilePolicies(applyPatch(item.policies, change)));
  let opened = 0;
  let closed = 0;
  for (const [place, flow] of flows.entries()) {
    const allows = after.allows(flow);
    if (place === at || allows === before[place]) continue;
    if (allows) opened++;
    else closed++;
  }
  const flow = flows[at];
  return { flips: flow !== undefined && after.allows(flow), opened, closed };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? -1;
}

/** Whether the API server would accept the documents after the change; only those the change touches are looked at. */
function unacceptable(item: TruthCase, change: readonly PatchOperation[]): readonly string[] {
  const before = new Set(item.policies.map((policy) => JSON.stringify(policy)));
  return applyPatch(item.policies, change)
    .filter((document) => !before.has(JSON.stringify(document)))
    .flatMap((document) => parseYaml(JSON.stringify(document)).map(lintObject))
    .flatMap(({ errors }) => errors.map(({ field, message }) => `${field}: ${message}`));
}

reportMissing('suggested changes');

describe.skipIf(!sharedPresent)('changes of all denied probes', () => {
  const all: { readonly edit: number[]; readonly narrowest: number[] } = { edit: [], narrowest: [] };
  let denies = 0;

  test.each(tableNames())('%s', (name) => {
    const wrong: string[] = [];
    for (const item of readTable(name)) {
      const cluster = new ClusterIndex(readCaseState(item));
      const flows = item.probes.map((probe) => cluster.flows(probe.from, probe.to, probe.port, probe.protocol)[0]).filter((flow) => flow !== undefined);
      expect(flows.length).toBe(item.probes.length);
      const evaluator = new Evaluator(cluster, compilePolicies(item.policies));
      const before = flows.map((flow) => evaluator.allows(flow));
      for (const [at, why] of answerCase(item).why.entries()) {
        if (why === null) continue;
        denies++;
        const edit = effect(item, cluster, flows, before, at, why.change);
        const narrow = why.narrower === undefined ? edit : effect(item, cluster, flows, before, at, why.narrower);
        if (!edit.flips || !narrow.flips) wrong.push(`${item.name} probe ${at}: still denied`);
        if (edit.closed > 0 || narrow.closed > 0) wrong.push(`${item.name} probe ${at}: closes something`);
        if (why.nearest === null || why.isolated_by.length === 0) wrong.push(`${item.name} probe ${at}: no reason`);
        all.edit.push(edit.opened);
        all.narrowest.push(narrow.opened);
        if (denies % 50 !== 1 || name.startsWith('anp-')) continue;
        wrong.push(...unacceptable(item, [...why.change]).map((text) => `${item.name} probe ${at}: ${text}`));
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('open nothing else, in the median', () => {
    const exact = all.narrowest.filter((count) => count === 0).length / all.narrowest.length;
    process.stderr.write(
      `changes tried: ${all.edit.length}; other probes opened with one, median: ${median(all.edit)} by an edit, ` +
        `${median(all.narrowest)} by the narrowest change (none at all for ${(100 * exact).toFixed(1)} %)\n`,
    );
    expect(all.edit.length).toBeGreaterThan(1000);
    expect(median(all.edit)).toBe(0);
    expect(median(all.narrowest)).toBe(0);
    expect(exact).toBeGreaterThan(0.99);
  });
});
