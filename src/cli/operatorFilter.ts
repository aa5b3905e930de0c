/** The filter that the operator of an agent holds every capture to (ConfigMap stratoshark-filter). */
import { readFileSync } from 'node:fs';
import { captureTerms } from '../capture/captureTerms.ts';
import { CommandError, exit } from './exit.ts';
import type { LiveRequest } from './liveArguments.ts';

/** '' where there is none. Throws CommandError where there is one that cannot be read: nothing is captured then. */
export function operatorFilter(): string {
  const file = process.env['STRATOSHARK_FILTER_FILE'];
  if (file === undefined || file === '') return '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CommandError(`The operator's filter ${file} cannot be read (${thrown instanceof Error ? thrown.message : String(thrown)}): nothing is captured without it.`, exit.failure);
  }
}

/** The same capture of interfaces, held to the operator's filter. */
export function heldToOperator(request: LiveRequest): LiveRequest {
  const filter = operatorFilter();
  if (filter === '' || request.pods !== undefined) return request;
  const terms = captureTerms(filter);
  if (!terms.ok) {
    throw new CommandError(`The operator's filter (${filter}) chooses pods, which a capture of interfaces cannot be held to: ${terms.message} Use capture --ebpf-filter.`, exit.failure);
  }
  const { live } = request;
  return { ...request, live: { ...live, filter: live.filter.trim() === '' ? terms.filter : `(${live.filter}) and (${terms.filter})` } };
}
