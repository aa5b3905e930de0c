import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NotesStore, type Memory } from './notesStore.ts';

const notes = { comments: [[4, ['slow']]], marks: [[2, true]] } as const;

let folder: string;
let path: string;
let kept: Record<string, unknown>;
let memory: Memory;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notes-'));
  path = join(folder, 'a.pcapng');
  writeFileSync(path, 'a capture of this moment');
  kept = {};
  memory = {
    get: (key) => kept[key],
    update: (key, value) => {
      // As VS Code keeps it: as JSON.
      kept = { ...kept, [key]: JSON.parse(JSON.stringify(value)) as unknown };
      return Promise.resolve();
    },
  };
});
afterEach(() => { rmSync(folder, { recursive: true }); });

test('notes are found again by another window, also of a capture that has grown', async () => {
  await new NotesStore(memory).keep(path, notes);
  expect(await new NotesStore(memory).read(path)).toEqual({ notes, current: true });
  appendFileSync(path, ' and more');
  expect(await new NotesStore(memory).read(path)).toEqual({ notes, current: true });
  expect(await new NotesStore(memory).read(join(folder, 'b.pcapng'))).toBeUndefined();
});

test.each([['written anew', 'another capture under its name'], ['cut', 'a capture']])('of a capture that was %s they are not current', async (_what, content) => {
  await new NotesStore(memory).keep(path, notes);
  writeFileSync(path, content);
  expect(await new NotesStore(memory).read(path)).toEqual({ notes, current: false });
});

test('what says nothing is not kept', async () => {
  const store = new NotesStore(memory);
  await store.keep(path, notes);
  await store.keep(path, { comments: [], marks: [] });
  expect(await store.read(path)).toBeUndefined();
});

test('a place is kept, and one of another form is none', async () => {
  const store = new NotesStore(memory);
  await store.keepPlace(path, { filter: 'tcp', frame: 5, top: 3 });
  expect(store.readPlace(path)).toEqual({ filter: 'tcp', frame: 5, top: 3 });
  kept = { 'stratoshark.places': { [path]: { filter: 7 } } };
  expect(store.readPlace(path)).toBeUndefined();
});
