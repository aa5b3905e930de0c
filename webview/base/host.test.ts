import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const setState = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('acquireVsCodeApi', () => ({ postMessage: vi.fn(), getState: () => ({ frame: 3, gone: 1 }), setState }));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  setState.mockReset();
});

async function state() {
  const { PageState } = await import('./host.ts');
  const one = new PageState({ frame: 0, top: 0 });
  const kept: unknown[] = [];
  one.onKept = (values) => { kept.push({ ...values }); };
  return { one, kept };
}

test('changes are told together, a moment later, and once', async () => {
  const { one, kept } = await state();
  expect([one.get('frame'), one.get('top')]).toEqual([3, 0]);
  one.set('top', 5);
  one.set('top', 9);
  expect(setState).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(kept).toEqual([expect.objectContaining({ frame: 3, top: 9 })]);
  expect(setState).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1000);
  expect(setState).toHaveBeenCalledTimes(1);
});

test('who turns away is waited for by nothing: the last change is told at once, and not again', async () => {
  const { one, kept } = await state();
  one.set('top', 7);
  window.dispatchEvent(new Event('blur'));
  expect(kept).toEqual([expect.objectContaining({ top: 7 })]);
  window.dispatchEvent(new Event('blur'));
  vi.advanceTimersByTime(1000);
  expect(setState).toHaveBeenCalledTimes(1);
});
