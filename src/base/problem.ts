/** Errors that people see: a Problem (code, cause, remedy) that can be thrown. */
import type { Problem, ProblemCode } from '../contract/rpc.ts';

export class ProblemError extends Error {
  public readonly problem: Problem;

  public constructor(code: ProblemCode, cause: string, remedy = '') {
    super(remedy === '' ? cause : `${cause} ${remedy}`);
    this.name = 'ProblemError';
    this.problem = { code, cause, remedy };
  }
}

/** The request was overtaken by a newer one or ended by its caller. */
export const cancelled = (): ProblemError => new ProblemError('cancelled', 'The request was cancelled.');

/** What to show for whatever was thrown; `where` names the operation for faults of this program. */
export function toProblem(thrown: unknown, where: string): Problem {
  if (thrown instanceof ProblemError) {
    return thrown.problem;
  }
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return cancelled().problem;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'internal',
    cause: `${where} failed: ${message}`,
    remedy: 'Reopen the file; if it happens again, report it with the StratoShark log.',
  };
}

/** The thrown form of a Problem that came over a boundary. */
export const fromProblem = (problem: Problem): ProblemError =>
  new ProblemError(problem.code, problem.cause, problem.remedy);

export const isCancelled = (thrown: unknown): boolean =>
  thrown instanceof ProblemError && thrown.problem.code === 'cancelled';
