/** Exit statuses of the command line (DESIGN: whole, damaged, usage, other failure) and the error that carries one. */
export const exit = { ok: 0, failure: 1, damaged: 2, usage: 64 } as const;

/** Ends the command with one sentence on stderr. */
export class CommandError extends Error {
  public readonly status: number;
  public constructor(message: string, status: number = exit.failure) {
    super(message);
    this.name = 'CommandError';
    this.status = status;
  }
}

/** What a subcommand writes to. */
export interface CommandIo {
  /** False when nobody reads any more (a closed pipe). */
  out(chunk: string | Uint8Array): boolean;
  err(line: string): void;
}
