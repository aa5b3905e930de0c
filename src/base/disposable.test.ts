import { expect, test } from 'vitest';
import { DisposableStore, toDisposable } from './disposable.ts';
import { Emitter } from './event.ts';

test('a store releases last first, once, and releases late comers at once', () => {
  const released: string[] = [];
  const store = new DisposableStore();
  store.add(toDisposable(() => released.push('a')));
  store.add(toDisposable(() => released.push('b')));
  store.dispose();
  store.dispose();
  store.add(toDisposable(() => released.push('c')));
  expect(released).toEqual(['b', 'a', 'c']);
});

test('one listener that throws does not keep the others from hearing', () => {
  const heard: number[] = [];
  const emitter = new Emitter<number>();
  emitter.event(() => { throw new Error('broken listener'); });
  emitter.event((value) => heard.push(value));
  expect(() => { emitter.fire(7); }).toThrow('broken listener');
  expect(heard).toEqual([7]);
});
