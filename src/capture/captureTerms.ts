/**
 * The part of the display-filter language that the kernel can decide packet by packet, as a capture filter: addresses and
 * ports of the outermost IP header. (A capture filter sees no ports in later fragments and nothing inside tunnels.)
 */
import { isIPv4, isIPv6 } from 'node:net';

export type CaptureTerms =
  | { readonly ok: true; readonly filter: string }
  /** `identity`: it names pods, containers or processes, which only an agent in the cluster knows. */
  | { readonly ok: false; readonly message: string; readonly identity: boolean };

/** Thrown inside; never leaves this file. */
class Refusal extends Error {
  public readonly identity: boolean;
  public constructor(message: string, identity = false) {
    super(message);
    this.identity = identity;
  }
}

interface Field {
  /** Protocol the field belongs to, and the words of pcap-filter before the value. */
  readonly protocol: string;
  readonly words: string;
  readonly kind: 'ipv4' | 'ipv6' | 'port';
}

const fields: ReadonlyMap<string, Field> = new Map([
  ...(['ip', 'ipv6'] as const).flatMap((name) => (['addr', 'src', 'dst'] as const).map((part): [string, Field] => {
    const protocol = name === 'ip' ? 'ip' : 'ip6';
    return [`${name}.${part}`, { protocol, words: part === 'addr' ? protocol : `${protocol} ${part}`, kind: name === 'ip' ? 'ipv4' : 'ipv6' }];
  })),
  ...(['tcp', 'udp'] as const).flatMap((protocol) => ([['port', ''], ['srcport', ' src'], ['dstport', ' dst']] as const).map(
    ([part, side]): [string, Field] => [`${protocol}.${part}`, { protocol, words: `${protocol}${side}`, kind: 'port' }])),
]);
const protocols: Readonly<Record<string, string>> = { ip: 'ip', ipv6: 'ip6', tcp: 'tcp', udp: 'udp', icmp: 'icmp', icmpv6: 'icmp6', arp: 'arp' };

/** Translates a display filter of addresses, ports and protocols; anything else is refused with one sentence. */
export function captureTerms(text: string): CaptureTerms {
  try {
    const parser = new Parser(text);
    return { ok: true, filter: parser.whole() };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, message: thrown.message, identity: thrown.identity };
    throw thrown;
  }
}

/** Nesting that nobody writes by hand, and that would exhaust the stack. */
const kDeepest = 200;

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  public constructor(text: string) {
    this.tokens = text.match(/\(|\)|&&|\|\||==|!=|!|[^\s()&|=!]+|\S/g) ?? [];
  }

  public whole(): string {
    const filter = this.any();
    if (this.at < this.tokens.length) throw new Refusal(`"${this.tokens[this.at] ?? ''}" is not expected there.`);
    return filter;
  }

  private any(): string {
    const parts = [this.all()];
    while (this.take('or', '||')) parts.push(this.all());
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' or ')})`;
  }

  private all(): string {
    const parts = [this.one()];
    while (this.take('and', '&&')) parts.push(this.one());
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' and ')})`;
  }

  private one(): string {
    if (++this.depth > kDeepest) throw new Refusal('The filter is nested too deeply.');
    try {
      if (this.take('not', '!')) return `not ${this.one()}`;
      if (!this.take('(')) return this.term();
      const inner = this.any();
      if (!this.take(')')) throw new Refusal('A closing parenthesis is missing.');
      return inner.startsWith('(') ? inner : `(${inner})`;
    } finally {
      this.depth--;
    }
  }

  private term(): string {
    const name = this.tokens[this.at++] ?? '';
    const protocol = protocols[name];
    if (protocol !== undefined && Object.hasOwn(protocols, name)) return protocol;
    const field = fields.get(name);
    if (field === undefined) throw refusalOf(name);
    const equal = this.take('==', 'eq');
    if (!equal && !this.take('!=', 'ne')) throw new Refusal(`${name} needs == or != and a value.`);
    const value = this.tokens[this.at++] ?? '';
    const match = `${field.words} ${valueOf(name, field.kind, value)}`;
    // A difference means that the packet has the field and no value of it is that one, as in display filters.
    return equal ? match : `(${field.protocol} and not ${match})`;
  }

  private take(...words: readonly string[]): boolean {
    const found = words.includes((this.tokens[this.at] ?? '').toLowerCase());
    if (found) this.at++;
    return found;
  }
}

function refusalOf(name: string): Refusal {
  if (name === '') return new Refusal('The filter ends where a field is expected.');
  if (/^(k8s|ebpf|cilium)\./.test(name)) {
    return new Refusal(`${name} is known to the agent in a cluster only.`, true);
  }
  return new Refusal(`${name} cannot be decided while capturing: use ip.*, ipv6.*, tcp and udp ports and protocol names.`);
}

function valueOf(name: string, kind: Field['kind'], text: string): string {
  if (kind === 'port') {
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return `port ${text}`;
    throw new Refusal(`${name} takes a port from 0 to 65535, not "${text}".`);
  }
  const [address = '', prefix, ...more] = text.split('/');
  const right = kind === 'ipv4' ? isIPv4(address) : isIPv6(address) && !address.includes('%');
  const most = kind === 'ipv4' ? 32 : 128;
  if (!right || more.length > 0 || (prefix !== undefined && !(/^\d{1,3}$/.test(prefix) && Number(prefix) <= most))) {
    throw new Refusal(`${name} takes an ${kind === 'ipv4' ? 'IPv4' : 'IPv6'} address or network, not "${text}".`);
  }
  if (prefix === undefined || Number(prefix) === most) return `host ${address}`;
  return `net ${kind === 'ipv4' ? networkOf(address, Number(prefix)) : address}/${prefix}`;
}

/** The address with its host bits off: pcap-filter refuses others. */
function networkOf(address: string, prefix: number): string {
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - prefix);
  const network = Math.floor(bits / size) * size;
  return [24, 16, 8, 0].map((shift) => Math.floor(network / 2 ** shift) % 256).join('.');
}
