import { expect, test } from 'vitest';
import { kRunwayLimit, ScaledScroll } from './scaledScroll.ts';

const kRow = 20;
const kViewport = 400;

function scrollOver(total: number): ScaledScroll {
  const scroll = new ScaledScroll(kRow);
  scroll.resize(total, kViewport);
  return scroll;
}

test('a short list is as high as its rows and scrolls one to one', () => {
  const scroll = scrollOver(1000);
  expect(scroll.runway).toBe(20_000);
  expect(scroll.isScaled).toBe(false);
  scroll.dragTo(4710);
  expect(scroll.visible()).toEqual({ first: 235, end: 256, offset: -10 });
});

test('ten million rows keep the runway below the limit', () => {
  const scroll = scrollOver(10_000_000);
  expect(scroll.runway).toBe(kRunwayLimit);
  expect(scroll.isScaled).toBe(true);
});

test.each([0, 1_234_567, 5_000_000, 9_999_900])('a step from row %i of ten million moves exactly one row', (row) => {
  const scroll = scrollOver(10_000_000);
  scroll.scrollBy(row * kRow);
  expect(scroll.visible().first).toBe(row);
  scroll.scrollBy(kRow);
  expect(scroll.visible()).toMatchObject({ first: row + 1, offset: 0 });
  scroll.scrollBy(-kRow);
  expect(scroll.visible()).toMatchObject({ first: row, offset: 0 });
});

test('rounding of the thumb by the browser does not move the list', () => {
  const scroll = scrollOver(10_000_000);
  scroll.scrollBy(1_234_567 * kRow);
  const rounded = Math.round(scroll.scrollTop);
  expect(scroll.dragTo(rounded)).toBe(false);
  expect(scroll.visible().first).toBe(1_234_567);
});

test('dragging is proportional, and its ends are the first and the last row', () => {
  const scroll = scrollOver(10_000_000);
  expect(scroll.dragTo((kRunwayLimit - kViewport) / 2)).toBe(true);
  expect(scroll.visible().first).toBe(4_999_990);
  scroll.dragTo(kRunwayLimit - kViewport);
  expect(scroll.visible()).toEqual({ first: 9_999_980, end: 10_000_000, offset: 0 });
  scroll.dragTo(0);
  expect(scroll.visible().first).toBe(0);
});

test('revealing the last row shows it whole at the bottom, the first at the top', () => {
  const scroll = scrollOver(10_000_000);
  scroll.reveal(9_999_999);
  expect(scroll.visible().end).toBe(10_000_000);
  expect(scroll.scrollTop).toBeCloseTo(kRunwayLimit - kViewport, 6);
  scroll.reveal(0);
  expect(scroll.top).toBe(0);
});

test('revealing moves no more than it must', () => {
  const scroll = scrollOver(1000);
  scroll.scrollBy(100 * kRow);
  scroll.reveal(110);
  expect(scroll.visible().first).toBe(100);
  scroll.reveal(120);
  expect(scroll.visible().first).toBe(101);
  scroll.reveal(99);
  expect(scroll.visible().first).toBe(99);
});

test('a list that grows keeps its position, one that shrinks its end', () => {
  const scroll = scrollOver(1000);
  scroll.scrollBy(500 * kRow);
  scroll.resize(10_000_000, kViewport);
  expect(scroll.visible().first).toBe(500);
  scroll.resize(300, kViewport);
  expect(scroll.visible()).toEqual({ first: 280, end: 300, offset: 0 });
});

test('an empty list shows nothing and does not move', () => {
  const scroll = scrollOver(0);
  scroll.scrollBy(1000);
  expect(scroll.visible()).toEqual({ first: 0, end: 0, offset: 0 });
  expect(scroll.runway).toBe(0);
});
