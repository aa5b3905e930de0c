/** What the tests of a file share: the lab, and a folder of their own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { TestLab } from './testLab.ts';

export interface LabFolder {
  /** There from the first beforeAll() on. */
  readonly it: TestLab;
  readonly dir: string;
}

/** To be called first in a describe(): its afterAll() runs last. */
export function labFolder(name: string): LabFolder {
  let lab: TestLab | undefined;
  let dir = '';
  beforeAll(() => {
    lab = new TestLab();
    dir = mkdtempSync(join(tmpdir(), `stratoshark-${name}-`));
  });
  afterAll(() => {
    lab?.kube.close();
    if (dir !== '') rmSync(dir, { recursive: true, force: true });
  });
  return {
    get it() {
      if (lab === undefined) throw new Error('the lab is asked for before the tests begin');
      return lab;
    },
    get dir() { return dir; },
  };
}
