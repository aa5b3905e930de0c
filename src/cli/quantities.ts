/** Numbers as people write them in options. Throws CommandError (usage) with the option's name. */
import { CommandError, exit } from './exit.ts';

const kilo: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

function refuse(option: string, text: string, wanted: string): never {
  throw new CommandError(`${option} takes ${wanted}, not "${text}".`, exit.usage);
}

/** A whole number greater than 0. */
export function countOf(option: string, text: string): number {
  const n = Number(text);
  return /^\d+$/.test(text) && n > 0 && n < 2 ** 32 ? n : refuse(option, text, 'a whole number greater than 0');
}

/** Bytes: 500, 64K, 100M, 1G, 1Gi (all of 1024). */
export function bytesOf(option: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b|i)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * (kilo[(unit ?? '').toLowerCase()] ?? 0));
  return bytes > 0 && bytes < 2 ** 50 ? bytes : refuse(option, text, 'a size such as 64M or 1G');
}

/** Seconds: 90, 1.5, 60s, 5m, 2h. */
export function secondsOf(option: string, text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600 }[unit ?? 's'] ?? 0;
  const seconds = Number(digits) * factor;
  return seconds > 0 && seconds < 1e9 ? seconds : refuse(option, text, 'a time such as 60s or 5m');
}
