/** How the API server refuses an exec: no connection comes about, and of the answer the client tells the HTTP status alone. */

/** HTTP status of what an admission policy refuses. */
const kNotAdmitted = 422;

/** By the client's message; undefined where there was no answer. */
export function statusOfRefusal(message: string): number | undefined {
  const status = /server response: (\d+)/.exec(message)?.[1];
  return status === undefined ? undefined : Number(status);
}

export const isNotAdmitted = (status: number | undefined): boolean => status === kNotAdmitted;
