/** The judgements of the real API server's decoder and validation, on the shared list of documents. */
import { describe, expect, test } from 'vitest';
import { lintText } from '../../src/policy/lint.ts';
import { readSharedJson, reportMissing, sharedPresent } from './shared.ts';

interface InvalidCase {
  readonly name: string;
  readonly yaml: string;
  readonly valid: boolean;
  readonly stage: 'ok' | 'decode' | 'strict-decode' | 'validation';
  readonly errors: readonly { readonly type: string; readonly field: string }[];
}

reportMissing('policy lint');

describe.skipIf(!sharedPresent)('np-invalid.json', () => {
  const cases = sharedPresent ? (readSharedJson('np-invalid.json') as readonly InvalidCase[]) : [];

  test('accepts and rejects what the API server does, for the same reason', () => {
    const wrong: string[] = [];
    for (const item of cases) {
      const [result, more] = lintText(item.yaml);
      const types = result?.errors.map((error) => error.type) ?? [];
      const stage = types.includes('Decode') ? 'decode' : types.includes('StrictDecode') ? 'strict-decode' : types.length > 0 ? 'validation' : 'ok';
      if (more !== undefined || result?.accepted !== item.valid || stage !== item.stage) wrong.push(`${item.name}: ${stage} instead of ${item.stage}`);
    }
    expect(cases.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  test('names the same fields with the same kinds of error', () => {
    const key = (error: { readonly type: string; readonly field: string }): string => `${error.type} ${error.field}`;
    const wrong: string[] = [];
    for (const item of cases.filter((one) => one.stage === 'validation')) {
      const mine = (lintText(item.yaml)[0]?.errors ?? []).map(key).sort();
      const theirs = item.errors.map(key).sort();
      if (JSON.stringify(mine) !== JSON.stringify(theirs)) wrong.push(`${item.name}: ${mine.join('; ')} instead of ${theirs.join('; ')}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** Whether a kube-apiserver v1.34.2 (create with dryRun=All and strict field validation) takes an exception for a part of a block. */
const exceptions: readonly (readonly [cidr: string, except: string, accepted: boolean])[] = [
  ['10.0.0.0/8', '::ffff:10.0.0.0/104', true],
  ['10.0.0.0/8', '::ffff:10.1.0.0/100', false],
  ['::ffff:10.0.0.0/104', '10.1.0.0/16', false],
  ['::ffff:10.0.0.0/104', '::ffff:10.1.0.0/112', true],
  ['::ffff:10.0.0.0/104', '::ffff:10.1.0.0/104', false],
  ['10.0.0.0/8', '::ffff:11.0.0.0/112', false],
  ['::/0', '10.0.0.0/8', false],
  ['0.0.0.0/0', '::ffff:0.0.0.0/96', true],
  ['::ffff:0.0.0.0/90', '::ffff:10.0.0.0/104', false],
  ['::/0', '::ffff:10.0.0.0/104', false],
  ['::/0', '::ffff:10.0.0.0/90', true],
  ['::ffff:0:0/95', '::ffff:0:0/96', false],
];

test.each(exceptions)('of %s except %s: accepted %s', (cidr, except, accepted) => {
  const text = JSON.stringify({
    apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'x' },
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr, except: [except] } }] }] },
  });
  expect(lintText(text)).toMatchObject([{ accepted }]);
});
