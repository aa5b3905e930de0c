/**
 * Whether a text is an IP address. Says what isIPv4 and isIPv6 of node:net say (ipText.test.ts compares them), which would
 * bring node's whole networking into commands that only read files.
 */

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const v4 = new RegExp(`^(?:${byte}\\.){3}${byte}$`);
const group = /^[0-9a-f]{1,4}$/i;
const groupsOfAddress = 8;

export const isIpv4 = (text: string): boolean => v4.test(text);

/** With or without a zone ("fe80::1%eth0"). */
export function isIpv6(text: string): boolean {
  const [address = '', zone, ...more] = text.split('%');
  if (more.length > 0 || (zone !== undefined && !/^[0-9a-z\-.:]+$/i.test(zone))) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const tail = groups.at(-1) ?? '';
  const dotted = tail.includes('.') && !address.endsWith('::');
  if (dotted && !isIpv4(tail)) return false;
  const words = dotted ? groups.slice(0, -1) : groups;
  if (!words.every((word) => group.test(word))) return false;
  const count = words.length + (dotted ? 2 : 0);
  return halves.length === 2 ? count < groupsOfAddress : count === groupsOfAddress;
}
