/**
 * The part of the display-filter language that can be decided while capturing: by the kernel, packet by packet, addresses
 * and ports of the outermost IP header (a capture filter sees no ports in later fragments and nothing inside tunnels);
 * by an agent, pod by pod, what names pods.
 */
import { isIpv4, isIpv6 } from '../base/ipText.ts';

export type CaptureTerms =
  | { readonly ok: true; readonly filter: string }
  /** `identity`: it names pods, containers or processes, which only an agent in the cluster knows. */
  | { readonly ok: false; readonly message: string; readonly identity: boolean };

/** A test of what only an agent in the cluster knows. */
export interface IdentityTest {
  /** `k8s.pod.name` */
  readonly field: string;
  /** `app` of `k8s.label["app"]`. */
  readonly key?: string;
  /** `present`: the field stands alone. */
  readonly operator: 'present' | 'equal' | 'different' | 'contains';
  /** One, or several of which one is enough. */
  readonly values: readonly string[];
}

export type CaptureTree =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly CaptureTree[] }
  | { readonly kind: 'not' | 'group'; readonly part: CaptureTree }
  /** In pcap-filter syntax. */
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'identity'; readonly test: IdentityTest };

/** Why a filter cannot be decided while capturing: one sentence. */
export class Refusal extends Error {
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

/** `ip.addr`, `tcp.port` … and `tcp`, `arp` …: what the kernel decides. */
export const addressAndPortFields: readonly string[] = [...fields.keys()];
export const protocolTerms: readonly string[] = Object.keys(protocols);
export const isProtocolTerm = (name: string): boolean => Object.hasOwn(protocols, name);

/** Translates a display filter of addresses, ports and protocols; anything else is refused with one sentence. */
export function captureTerms(text: string): CaptureTerms {
  try {
    const tree = parseCaptureTerms(text, (name) => { throw new Refusal(`${name} is known to the agent in a cluster only.`, true); });
    const filter = filterText(tree, () => true);
    return { ok: true, filter: typeof filter === 'string' ? filter : '' };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, message: thrown.message, identity: thrown.identity };
    throw thrown;
  }
}

/** `checkField` throws a Refusal for a k8s, ebpf or cilium field that is not known. Throws Refusal. */
export function parseCaptureTerms(text: string, checkField: (name: string) => void): CaptureTree {
  return new Parser(text, checkField).whole();
}

/** What is left for the kernel once what names pods is decided: a capture filter, or true or false for all packets. */
export function filterText(tree: CaptureTree, decide: (test: IdentityTest) => boolean): string | boolean {
  switch (tree.kind) {
    case 'filter': return tree.text;
    case 'identity': return decide(tree.test);
    case 'group': {
      const inner = filterText(tree.part, decide);
      return typeof inner === 'boolean' || inner.startsWith('(') ? inner : `(${inner})`;
    }
    case 'not': {
      const inner = filterText(tree.part, decide);
      return typeof inner === 'boolean' ? !inner : `not ${inner}`;
    }
    default: {
      // A part that decides alone, and those that do not matter any more.
      const strong = tree.kind === 'or';
      const parts = tree.parts.map((part) => filterText(part, decide));
      if (parts.includes(strong)) return strong;
      const left = parts.filter((part) => typeof part === 'string');
      return left.length === 0 ? !strong : left.length === 1 ? (left[0] ?? '') : `(${left.join(` ${tree.kind} `)})`;
    }
  }
}

/** Addresses of which every packet has one that such a filter takes; undefined where it takes others, none: it takes nothing. */
export function neededAddresses(tree: CaptureTree, decide: (test: IdentityTest) => boolean): readonly string[] | undefined {
  switch (tree.kind) {
    case 'filter': {
      const address = /^ip6?(?: src| dst)? host (\S+)$/.exec(tree.text)?.[1];
      return address === undefined ? undefined : [address];
    }
    case 'group': return neededAddresses(tree.part, decide);
    case 'identity': case 'not': return filterText(tree, decide) === false ? [] : undefined;
    case 'and': return tree.parts.map((part) => neededAddresses(part, decide)).filter((one) => one !== undefined).sort((a, b) => a.length - b.length)[0];
    case 'or': {
      const parts = tree.parts.map((part) => neededAddresses(part, decide));
      return parts.includes(undefined) ? undefined : [...new Set(parts.flatMap((part) => part ?? []))];
    }
  }
}

/** Nesting that nobody writes by hand, and that would exhaust the stack. */
const kDeepest = 200;
const kToken = /"(?:[^"\\]|\\.)*"|\(|\)|\{|\}|,|&&|\|\||==|!=|!|[^\s()&|=!{},"[\]]+(?:\["[^"]*"\])?|\S/g;

export const tokensOf = (text: string): readonly string[] => text.match(kToken) ?? [];

class Parser {
  private readonly tokens: readonly string[];
  private readonly checkField: (name: string) => void;
  private at = 0;
  private depth = 0;

  public constructor(text: string, checkField: (name: string) => void) {
    this.tokens = tokensOf(text);
    this.checkField = checkField;
  }

  public whole(): CaptureTree {
    const tree = this.any();
    if (this.at < this.tokens.length) throw new Refusal(`"${this.tokens[this.at] ?? ''}" is not expected there.`);
    return tree;
  }

  private any(): CaptureTree {
    return this.joined('or', () => this.all(), 'or', '||');
  }

  private all(): CaptureTree {
    return this.joined('and', () => this.one(), 'and', '&&');
  }

  private joined(kind: 'and' | 'or', next: () => CaptureTree, ...words: readonly string[]): CaptureTree {
    const first = next();
    const parts = [first];
    while (this.take(...words)) parts.push(next());
    return parts.length === 1 ? first : { kind, parts };
  }

  private one(): CaptureTree {
    if (++this.depth > kDeepest) throw new Refusal('The filter is nested too deeply.');
    try {
      if (this.take('not', '!')) return { kind: 'not', part: this.one() };
      if (!this.take('(')) return this.term();
      const part = this.any();
      if (!this.take(')')) throw new Refusal('A closing parenthesis is missing.');
      return { kind: 'group', part };
    } finally {
      this.depth--;
    }
  }

  private term(): CaptureTree {
    const name = this.tokens[this.at++] ?? '';
    if (/^(k8s|ebpf|cilium)\./.test(name)) return { kind: 'identity', test: this.identity(name) };
    const protocol = protocols[name];
    if (protocol !== undefined && Object.hasOwn(protocols, name)) return { kind: 'filter', text: protocol };
    const field = fields.get(name);
    if (field === undefined) throw refusalOf(name);
    const equal = this.take('==', 'eq');
    if (!equal && !this.take('!=', 'ne')) throw new Refusal(`${name} needs == or != and a value.`);
    const value = this.tokens[this.at++] ?? '';
    const match = `${field.words} ${valueOf(name, field.kind, value)}`;
    // A difference means that the packet has the field and no value of it is that one, as in display filters.
    return { kind: 'filter', text: equal ? match : `(${field.protocol} and not ${match})` };
  }

  private identity(token: string): IdentityTest {
    const [, name = token, key] = /^([^[]+)\["([^"]*)"\]$/.exec(token) ?? [];
    this.checkField(name);
    if (key !== undefined && name !== 'k8s.label') throw new Refusal(`${name} has no keys: only k8s.label["app"] does.`);
    const field = key === undefined ? { field: name } : { field: name, key };
    const one = (operator: IdentityTest['operator']): IdentityTest => ({ ...field, operator, values: [this.text(name)] });
    if (this.take('==', 'eq')) return one('equal');
    if (this.take('!=', 'ne')) return one('different');
    if (this.take('contains')) return one('contains');
    if (this.take('in')) return { ...field, operator: 'equal', values: this.list(name) };
    if (this.take('matches', '~')) throw new Refusal(`${name}: "matches" is not decided while capturing: use ==, in {…} or contains.`);
    return { ...field, operator: 'present', values: [] };
  }

  private list(name: string): readonly string[] {
    if (!this.take('{')) throw new Refusal(`${name} in needs a list: {a, b}.`);
    const values = [this.text(name)];
    while (!this.take('}')) {
      this.take(',');
      values.push(this.text(name));
    }
    return values;
  }

  private text(name: string): string {
    const token = this.tokens[this.at++] ?? '';
    if (token.startsWith('"') && token.endsWith('"') && token.length > 1) return token.slice(1, -1).replace(/\\(.)/g, '$1');
    if (!/^[A-Za-z0-9._/-]+$/.test(token)) throw new Refusal(`${name} needs a value; put it in quotes where it holds other signs than letters, digits and ._/-.`);
    return token;
  }

  private take(...words: readonly string[]): boolean {
    const found = words.includes((this.tokens[this.at] ?? '').toLowerCase());
    if (found) this.at++;
    return found;
  }
}

function refusalOf(name: string): Refusal {
  if (name === '') return new Refusal('The filter ends where a field is expected.');
  return new Refusal(`${name} cannot be decided while capturing: use ip.*, ipv6.*, tcp and udp ports and protocol names.`);
}

function valueOf(name: string, kind: Field['kind'], text: string): string {
  if (kind === 'port') {
    if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return `port ${text}`;
    throw new Refusal(`${name} takes a port from 0 to 65535, not "${text}".`);
  }
  const [address = '', prefix, ...more] = text.split('/');
  const right = kind === 'ipv4' ? isIpv4(address) : isIpv6(address) && !address.includes('%');
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
