/** What the tests inside the extension host tell the outside, through one file. */

/** Environment variable with the file's path. */
export const RESULT_VARIABLE = 'STRATOSHARK_HOST_RESULT';
/** Exit status when the extension host ended before the tests did (EX_TEMPFAIL of sysexits). */
export const HOST_DIED = 75;

export interface HostResult {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly { readonly name: string; readonly seconds: number; readonly error?: string }[];
}
