/** The conversations of a capture file, read by the engine in this process. */
import type { CaptureStatus } from '../contract/capture.ts';
import type { Conversations } from '../contract/conversations.ts';
import { loadAddon } from '../engine/addon.ts';
import { InputError } from './policyIo.ts';

/** Any time will do. Milliseconds. */
const kAwake = 60_000;

/** Throws InputError where the file cannot be read; `damage` says where it ended early, '' where it did not. */
export async function readConversations(path: string): Promise<{ readonly conversations: Conversations; readonly damage: string }> {
  const message = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
  try {
    const capture = loadAddon(__dirname).open(path, JSON.stringify({}));
    // Indexing alone does not keep a process alive: in the editor it must not.
    const awake = setInterval(() => undefined, kAwake);
    try {
      const status = await new Promise<CaptureStatus>((resolve) => {
        capture.index((json) => {
          const now = JSON.parse(json) as CaptureStatus;
          if (now.state !== 'indexing') resolve(now);
        });
      });
      const { error, damage } = status;
      if (error !== undefined && error !== '') throw new InputError(error);
      return { conversations: JSON.parse(await capture.conversations()) as Conversations, damage: damage?.message ?? '' };
    } finally {
      clearInterval(awake);
      capture.close();
    }
  } catch (thrown) {
    throw thrown instanceof InputError ? thrown : new InputError(message(thrown));
  }
}
