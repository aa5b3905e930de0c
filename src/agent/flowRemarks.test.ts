import { expect, test } from 'vitest';
import type { EndIdentity, FlowIdentity } from '../contract/captureBlocks.ts';
import { FlowRemarks } from './flowRemarks.ts';

const tuple = { a: { ip: '10.0.0.1', port: 40000 }, b: { ip: '10.96.0.7', port: 80 } };
const behind = { a: tuple.a, b: { ip: '10.0.0.2', port: 8080 } };
const web: EndIdentity = { pod: 'web-1', namespace: 'shop', container: 'web', process: { pid: 7, comm: 'curl' }, sure: 'certain' };
const flow = (more: Partial<FlowIdentity>): FlowIdentity => ({ flow: 1, protocol: 6, tuple, ...more });

test('a comment for both forms of a flow, once', () => {
  const remarks = new FlowRemarks();
  const known = flow({ a: web, also: [behind], from: 5n });
  expect(remarks.of(known)).toEqual({
    comment: 'shop/web-1 (curl, pid 7, container web) → unknown',
    flows: '6 10.0.0.1 40000 10.96.0.7 80 5\n6 10.0.0.1 40000 10.0.0.2 8080 5',
  });
  expect(remarks.of(known)).toBeUndefined();
  expect(remarks.of(flow({ flow: 2, a: web }))?.flows).toMatch(/ 0$/);
});

test('another one when more is known', () => {
  const remarks = new FlowRemarks();
  expect(remarks.of(flow({ b: web }))?.comment).toBe('unknown → shop/web-1 (curl, pid 7, container web)');
  expect(remarks.of(flow({ a: { pod: 'a', namespace: 'shop' }, b: web }))?.comment).toBe('shop/a → shop/web-1 (curl, pid 7, container web)');
});

test('none for who is not known, for a flow that has ended, for a port that talks to anybody', () => {
  const remarks = new FlowRemarks();
  const anybody = { a: { ip: '10.0.0.1', port: 53 }, b: { ip: '0.0.0.0', port: 0 } };
  expect([flow({}), flow({ a: web, until: 9n }), flow({ a: web, tuple: anybody })].map((one) => remarks.of(one))).toEqual([undefined, undefined, undefined]);
});
