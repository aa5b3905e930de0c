/** The engine's answers about followed streams and saving, over one NativeCapture. */
import { ProblemError, cancelled } from '../base/problem.ts';
import type { SaveEngineApi, StreamEngineApi } from '../contract/engineStreams.ts';
import type { FollowInfo, FollowOffer, FollowRows } from '../contract/follow.ts';
import type { Handlers } from '../contract/rpc.ts';
import type { SaveProgress, SaveResult } from '../contract/save.ts';
import type { NativeCapture } from './native.d.ts';
import { OutputFile } from './outputFile.ts';

/** Most bytes looked for: a match may begin in one packet and end in the next, so that many are remembered. */
const kMostSearched = 4096;

/** The addon's JSON is this program's own: its shapes are the contract's. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the shape where it is read
const parse = <T>(json: string): T => JSON.parse(json) as T;

/** What the addon says of wrong requests is said as it is. */
async function said<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw message === 'cancelled' ? cancelled() : new ProblemError('invalid', message);
  }
}

/** Bytes of a search: text as UTF-8, or hexadecimal digits with or without blanks and colons. */
export function searched(text: string, hex: boolean): Uint8Array {
  if (!hex) {
    return new TextEncoder().encode(text).slice(0, kMostSearched);
  }
  const digits = text.replace(/[\s:]/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) {
    throw new ProblemError('invalid', `"${text}" is no row of bytes.`, 'Write two hexadecimal digits for each byte: 0d 0a.');
  }
  return Uint8Array.from(Buffer.from(digits.slice(0, 2 * kMostSearched), 'hex'));
}

/** `capture` gives the open capture after making sure that its file is unchanged. */
export function streamCalls(capture: () => NativeCapture): Handlers<StreamEngineApi> {
  return {
    followOffers: async ({ frame }) => parse<FollowOffer[]>(await capture().followOffers(frame)),
    follow: async (offer) => parse<FollowInfo>(await said(capture().follow(offer))),
    followRows: async (request) => {
      const { json, bytes } = await said(capture().followRows(request));
      return { ...parse<FollowRows>(json), bytes };
    },
    followFind: ({ id, text, hex, anyCase, side, from }) =>
      said(capture().followFind({ id, what: searched(text, hex), anyCase: anyCase && !hex, side, from })),
    followRowOf: (request) => said(capture().followRowOf(request)),
    followSave: async ({ id, side, path, input }) => {
      await written(path, input, false, (fd) => said(capture().followSave({ id, fd, side })));
    },
    followClose: ({ id }) => { capture().followClose(id); },
  };
}

export function saveCalls(
  capture: () => NativeCapture, app: () => string, input: () => string, onProgress: (progress: SaveProgress) => void,
): Handlers<SaveEngineApi> {
  return {
    setEdits: ({ edits }) => { edits.forEach((edit) => { capture().setEdit(edit); }); },
    save: async ({ path, format, which, ranges, keepSecrets, mayReplaceInput, view }) => {
      const from = capture();
      let lost: unknown;
      const progress = (json: string): void => {
        try {
          // A file that has lost its name can still be saved; one that has lost its bytes cannot.
          capture();
          onProgress(parse<SaveProgress>(json));
        } catch (thrown) {
          lost = thrown;
          from.saveCancel();
        }
      };
      const run = async (fd: number): Promise<SaveResult> => {
        const saved = await said(from.save({ fd, format, which, ranges, keepSecrets, app: app(), view }, progress))
          .catch((thrown: unknown) => { throw lost ?? thrown; });
        const result = parse<SaveResult>(saved);
        if (mayReplaceInput && result.lost.length > 0) {
          throw new ProblemError('file', `The capture was left as it is, for written anew it would lack something. ${result.lost.join(' ')}`, 'Save a copy.');
        }
        return result;
      };
      return written(path, input(), mayReplaceInput, run);
    },
    saveCancel: () => { capture().saveCancel(); },
    marked: async () => parse<{ readonly frames: readonly number[] }>(await capture().marked()).frames,
  };
}

/** Whole under its name, or not there. */
async function written<T>(path: string, input: string, mayReplaceInput: boolean, run: (fd: number) => Promise<T>): Promise<T> {
  const output = OutputFile.open(path, input, { mayReplaceInput });
  let result: T;
  try {
    result = await run(output.fd);
  } catch (thrown) {
    output.discard();
    throw thrown;
  }
  output.finish();
  return result;
}
