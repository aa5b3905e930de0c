import { expect, test } from 'vitest';
import { PacketNotes, noNotes, parseNotes } from './packetNotes.ts';

test('comments lie over the file until it says them itself', () => {
  const notes = new PacketNotes();
  notes.setComments(4, ['retry'], []);
  notes.setComments(9, [], ['from the file']);
  expect(notes.edits()).toEqual([{ frame: 4, comments: ['retry'] }, { frame: 9, comments: [] }]);
  notes.markWritten();
  expect(notes.edits()).toEqual([]);
  // Undo after the file was written: now the file is what differs.
  notes.setComments(4, [], ['retry']);
  expect(notes.edits()).toEqual([{ frame: 4, comments: [] }]);
  notes.setComments(4, ['retry'], []);
  expect(notes.unsaved).toEqual({ comments: 0, marks: 0 });
});

test('what is taken back is no change, however many steps it took', () => {
  const notes = new PacketNotes();
  notes.setComments(4, ['a'], []);
  notes.setComments(4, ['a', 'b'], ['a']);
  notes.setComments(4, [], ['a', 'b']);
  notes.setMarks([1, 2], true);
  notes.setMarks([1], false);
  expect(notes.edits()).toEqual([{ frame: 2, marked: true }]);
});

test('a revert goes back to the comments kept and leaves marks', () => {
  const notes = new PacketNotes({ comments: [[4, ['kept']]], marks: [[2, true]] });
  notes.setComments(4, ['newer'], ['kept']);
  notes.setComments(5, ['another'], []);
  notes.setMarks([3], true);
  expect(notes.revert()).toEqual([4, 5]);
  expect(notes.changedComments).toEqual([[4, ['kept']]]);
  expect(notes.toKeep).toEqual({ comments: [[4, ['kept']]], marks: [[2, true], [3, true]] });
});

test('comments of a window that was closed take the place of those kept, and are reverted to them', () => {
  const notes = new PacketNotes({ comments: [[4, ['kept']]], marks: [] }, [[7, ['not saved']]]);
  expect(notes.edits()).toEqual([{ frame: 7, comments: ['not saved'] }]);
  expect(notes.revert()).toEqual([7, 4]);
  expect(notes.changedComments).toEqual([[4, ['kept']]]);
  notes.setComments(8, ['kept now'], []);
  notes.markKept();
  expect(notes.toKeep.comments).toEqual([[4, ['kept']], [8, ['kept now']]]);
});

test('of notes that were kept only what is understood is taken', () => {
  expect(parseNotes(null)).toEqual(noNotes);
  expect(parseNotes({ comments: [[1, ['a']], [0, ['b']], [2, [3]], 'x', [4, 'text']], marks: [[1, true], [2, 'yes'], [1.5, true]] }))
    .toEqual({ comments: [[1, ['a']]], marks: [[1, true]] });
});
