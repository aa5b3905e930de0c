/**
 * Documents changed at random, judged by the validation of k8s.io/kubernetes v1.34.2 itself (strict codec,
 * ValidateNetworkPolicy, default feature gates): our judgement must be the same.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lintText } from '../../src/policy/lint.ts';

interface LintCase {
  readonly document: unknown;
  readonly stage: 'ok' | 'decode' | 'strict-decode' | 'validation';
  readonly errors: readonly { readonly type: string; readonly field: string }[];
}

const cases = readFileSync(join(import.meta.dirname, '../fixtures/policy/lint-cases.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as LintCase);

const key = (error: { readonly type: string; readonly field: string }): string => `${error.type} ${error.field}`;

test('there are cases of every kind', () => {
  expect(new Set(cases.map(({ stage }) => stage)).size).toBe(4);
});

test.each(cases.map((item, at) => [at, item] as const))('case %i', (_, { document, stage, errors }) => {
  const [result] = lintText(JSON.stringify(document));
  const types = result?.errors.map(({ type }) => type) ?? [];
  const mine = types.includes('Decode') ? 'decode' : types.includes('StrictDecode') ? 'strict-decode' : types.length > 0 ? 'validation' : 'ok';
  expect(mine).toBe(stage);
  expect(result?.accepted).toBe(stage === 'ok');
  if (stage === 'validation') expect(result?.errors.map(key).sort()).toEqual(errors.map(key).sort());
});
