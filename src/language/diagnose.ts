/** The engine's messages on a filter as editors mark them. Validity is the engine's word alone. */
import type { FilterCheck, FilterMessage } from '../contract/capture.ts';

export interface Diagnostic {
  /** UTF-16 offsets into the filter's text; never empty, unless the text is. */
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning' | 'information';
  readonly message: string;
  readonly code: string;
  /** What to do about it: put this in its place. The place may be other than what is marked (an insertion). */
  readonly fix?: { readonly title: string; readonly start: number; readonly end: number; readonly text: string };
}

export function diagnose(text: string, check: FilterCheck): readonly Diagnostic[] {
  return check.ok
    ? check.warnings.map((warning) => diagnostic(text, warning, warning.code === 'not-dissected' ? 'information' : 'warning'))
    : [diagnostic(text, check.error, 'error')];
}

function diagnostic(text: string, { start, end, message, code, replacement }: FilterMessage, severity: Diagnostic['severity']): Diagnostic {
  const fix = replacement === undefined ? {}
    : { fix: { title: `Replace with ${replacement}`, start, end, text: replacement } };
  return { ...visible(text, start, end), severity, message, code, ...fix };
}

/** What is missing at the end has no character of its own: the last one is marked. */
function visible(text: string, start: number, end: number): { readonly start: number; readonly end: number } {
  const from = Math.max(0, Math.min(start, text.length - 1));
  return { start: from, end: Math.min(text.length, Math.max(from + 1, end)) };
}
