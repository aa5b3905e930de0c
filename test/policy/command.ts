/** Runs a command of policies in this process, with files of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Command } from '../../src/cli/policyIo.ts';

/** What a command printed, and how it ended. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** `run` calls the command with arguments; `temporary` writes a file that is gone after the tests of this file. */
export function commandUnderTest(command: Command): {
  readonly run: (...argv: string[]) => Promise<Ended>;
  readonly temporary: (name: string, content: string | Uint8Array) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'policy-command-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return {
    async run(...argv) {
      let out = '';
      let err = '';
      const status = await command(argv, { stdout: { write: (text) => (out += text) }, stderr: { write: (text) => (err += text) } });
      return { status, out, err };
    },
    temporary(name, content) {
      const file = join(folder, name);
      writeFileSync(file, content);
      return file;
    },
  };
}
