/**
 * Rules for names: labels, label values, object and port names.
 * RFC 1123 for DNS names; lengths and character sets as the Kubernetes documentation
 * ("Object Names and IDs", "Labels and Selectors") gives them.
 */

const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const utf8 = new TextEncoder();

/** Length in bytes of UTF-8, as the API server counts. */
export function byteLength(text: string): number {
  return utf8.encode(text).length;
}

/** Why `text` is no lower-case RFC 1123 subdomain (object names, label prefixes); empty where it is one. */
export function subdomainProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 253) problems.push('must be no more than 253 characters');
  if (!SUBDOMAIN.test(text)) {
    problems.push("must consist of lower case letters, digits, '-' and '.', and start and end with a letter or digit");
  }
  return problems;
}

/** Why `text` is no RFC 1123 label (namespace names). */
export function dnsLabelProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 63) problems.push('must be no more than 63 characters');
  if (!DNS_LABEL.test(text)) {
    problems.push(
      SUBDOMAIN.test(text)
        ? 'must not contain dots'
        : "must consist of lower case letters, digits and '-', and start and end with a letter or digit",
    );
  }
  return problems;
}

/** Why `text` is no qualified name (label keys): an optional prefix and `/`, then at most 63 characters. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split('/');
  if (parts.length > 2) return ['must be a name, or a prefix, one slash and a name (example.com/my-name)'];
  const problems: string[] = [];
  const name = parts[parts.length - 1] ?? '';
  if (parts.length === 2) {
    const prefix = parts[0] ?? '';
    if (prefix === '') problems.push('prefix part must not be empty');
    else problems.push(...subdomainProblems(prefix).map((problem) => `prefix part ${problem}`));
  }
  if (name === '') problems.push('name part must not be empty');
  else if (byteLength(name) > 63) problems.push('name part must be no more than 63 characters');
  if (!QUALIFIED.test(name)) {
    problems.push("name part must consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit");
  }
  return problems;
}

/** Why `text` is no label value. */
export function labelValueProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 63) problems.push('must be no more than 63 characters');
  if (!LABEL_VALUE.test(text)) {
    problems.push("must be empty or consist of letters, digits, '-', '_' and '.', and start and end with a letter or digit");
  }
  return problems;
}

/** Why `text` is no port name (RFC 6335, 5.1, in lower case). */
export function portNameProblems(text: string): string[] {
  const problems: string[] = [];
  if (byteLength(text) > 15) problems.push('must be no more than 15 characters');
  if (!/^[-a-z0-9]+$/.test(text)) problems.push("must contain only lower case letters, digits and '-'");
  if (!/[a-z]/.test(text)) problems.push('must contain at least one letter');
  if (text.includes('--')) problems.push('must not contain two hyphens in a row');
  if (text.startsWith('-') || text.endsWith('-')) problems.push('must not begin or end with a hyphen');
  return problems;
}

/** Why a number is no port. */
export function portNumberProblems(port: number): string[] {
  return port >= 1 && port <= 65535 ? [] : ['must be between 1 and 65535'];
}
