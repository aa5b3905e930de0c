import { expect, test } from 'vitest';
import { EditOverlay } from './overlay.ts';

test('undo and redo move through the edits', () => {
  const overlay = new EditOverlay<string>();
  overlay.add('a');
  overlay.add('b');
  overlay.undo();
  expect(overlay.edits).toEqual(['a']);
  overlay.redo();
  overlay.redo();
  expect(overlay.edits).toEqual(['a', 'b']);
  overlay.undo();
  overlay.add('c');
  overlay.redo();
  expect(overlay.edits).toEqual(['a', 'c']);
});

test('is dirty exactly while it differs from what was saved', () => {
  const overlay = new EditOverlay<string>();
  expect(overlay.isDirty).toBe(false);
  overlay.add('a');
  expect(overlay.isDirty).toBe(true);
  overlay.markSaved();
  expect(overlay.isDirty).toBe(false);
  overlay.undo();
  expect(overlay.isDirty).toBe(true);
  overlay.add('b');
  expect(overlay.isDirty).toBe(true);
  overlay.undo();
  expect(overlay.isDirty).toBe(true);
});

test('reverts to what was saved, and keeps recovered edits dirty', () => {
  const overlay = new EditOverlay<string>(['recovered']);
  expect(overlay.isDirty).toBe(true);
  overlay.markSaved();
  overlay.add('a');
  overlay.revert();
  expect(overlay.edits).toEqual(['recovered']);
});
