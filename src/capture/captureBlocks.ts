/** Blocks and options of pcapng that keep what is known of the cluster: src/contract/captureBlocks.ts says how to use them. */
import { isIPv4, isIPv6 } from 'node:net';
import { dropOldest } from '../base/oldest.ts';
import { onceFor } from '../base/onceFor.ts';
import type {
  AddressName, ClockOffsets, EndIdentity, FlowIdentity, FlowTuple, IdentityTable, LossLedger, ObjectVersion, ObjectVersions,
} from '../contract/captureBlocks.ts';
import { cborOf, integer } from './cbor.ts';

/** draft-ietf-opsawg-pcapng: 4.5 name resolution block, 4.8 custom blocks, 3.5.1 custom options. */
const kCustomBlock = 0x0bad;
const kNameBlock = 4;
const kCustomBytes = 2989;
/** The enterprise number for documentation (RFC 5612), until one is assigned: the magic tells our blocks from others'. */
const kEnterprise = 32473;
const kBlockMagic = 'StratoShark:k8s\0';
export const kFlowMagic = 'StratoShark:flow';
const kVersion = 1;
const kKinds = { identities: 1, objects: 2, ledger: 3, clocks: 4 } as const;
export const { identities: kIdentities, objects: kObjects, ledger: kLedger } = kKinds;
/** A block is read whole into memory by every reader: larger tables become several blocks. */
const kMostPayload = 1 << 20;

export function identitiesBlock(table: IdentityTable): Uint8Array {
  return blocks('identities', table.flows, (flows) => {
    const ends = new Map<EndIdentity, number>();
    const forms = flows.map((flow) => flowForm(flow, ends));
    return { source: table.source, ends: Array.from(ends.keys(), endForm), flows: forms };
  });
}

export function objectsBlock(versions: ObjectVersions): Uint8Array {
  return blocks('objects', versions.objects, (objects) => ({ source: versions.source, objects: objects.map(plain) }));
}

export function ledgerBlock(ledger: LossLedger): Uint8Array {
  return blocks('ledger', ledger.entries, (entries) => ({ source: ledger.source, entries: entries.map(plain) }));
}

export function clocksBlock(clocks: ClockOffsets): Uint8Array {
  return blocks('clocks', clocks.clocks, (some) => ({ source: clocks.source, clocks: some.map(plain) }));
}

/** A name resolution block: what Wireshark shows for addresses. Entries without a valid address are left out. */
export function namesBlock(names: readonly AddressName[]): Uint8Array {
  return block(kNameBlock, Buffer.concat([...names.map(nameRecord), Buffer.alloc(4)]));
}

/** Names for namesBlock(): `pod.namespace`, `service.namespace.svc`, the node's name. Addresses used twice keep the newer. */
export function namesOf(objects: readonly ObjectVersion[]): readonly AddressName[] {
  const names = new Map<string, { readonly name: string; readonly from: bigint }>();
  for (const object of objects) {
    if (object.kind !== 'Pod' && object.kind !== 'Service' && object.kind !== 'Node') continue;
    if (object.kind === 'Pod' && object.hostNetwork === true) continue;
    const name = object.kind === 'Node' ? object.name : `${object.name}.${object.namespace}${object.kind === 'Service' ? '.svc' : ''}`;
    for (const address of object.addresses ?? []) {
      const known = names.get(address);
      if (known === undefined || known.from <= object.from) names.set(address, { name, from: object.from });
    }
  }
  return [...names].map(([address, { name }]) => ({ address, name }));
}

/** Option of an enhanced packet block that says which flow the packet is of; to be put before opt_endofopt. */
export function flowOption(flow: number): Uint8Array {
  const value = Buffer.alloc(28);
  value.writeUInt32LE(kEnterprise, 0);
  value.write(kFlowMagic, 4, 'latin1');
  value.writeBigUInt64LE(BigInt(flow), 20);
  const head = Buffer.alloc(4);
  head.writeUInt16LE(kCustomBytes, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** For people, also in Wireshark: `shop/frontend-1 (nginx, pid 4711, container web) → shop/backend-2`. */
export function flowComment({ a, b }: FlowIdentity): string {
  if (a === undefined || b === undefined) return `${describe(a)} → ${describe(b)}`;
  return onceFor(onceFor(comments, a, () => new WeakMap<EndIdentity, string>()), b, () => `${describe(a)} → ${describe(b)}`);
}

/** Thousands of flows are between the same two ends. */
const comments = new WeakMap<EndIdentity, WeakMap<EndIdentity, string>>();

function describeEnd(end: EndIdentity): string {
  const name = end.pod ?? (end.service === undefined ? undefined : `service ${end.service}`) ?? end.node ?? 'unknown';
  const full = end.namespace === undefined || name === end.node ? name : `${end.namespace}/${name}`;
  const { process, container } = end;
  const details = [
    ...(process === undefined ? [] : [process.comm, `pid ${process.pid}`]),
    ...(container === undefined ? [] : [`container ${container}`]),
    ...(end.sure === 'likely' ? ['likely'] : []),
  ];
  return details.length === 0 ? full : `${full} (${details.join(', ')})`;
}

/** Its number among the ends of a block. */
function numberOf(end: EndIdentity, ends: Map<EndIdentity, number>): number {
  const known = ends.get(end);
  if (known !== undefined) return known;
  ends.set(end, ends.size);
  return ends.size - 1;
}

/** Addresses become their 4 or 16 bytes: the reader compares them with those of packets. */
function flowForm({ flow, protocol, tuple, also, a, b, from, until }: FlowIdentity, ends: Map<EndIdentity, number>): unknown {
  const out: Record<string, unknown> = { flow: integer(flow), protocol };
  if (a !== undefined) out['a'] = numberOf(a, ends);
  if (b !== undefined) out['b'] = numberOf(b, ends);
  if (from !== undefined) out['from'] = from;
  if (until !== undefined) out['until'] = until;
  out['tuple'] = tupleForm(tuple);
  if (also !== undefined) out['also'] = also.map(tupleForm);
  return out;
}

/** Of ends, of which few have many flows. */
const endForms = new WeakMap<EndIdentity, Readonly<Record<string, unknown>>>();
const endForm = (end: EndIdentity): Readonly<Record<string, unknown>> => onceFor(endForms, end, plain);

const endTexts = new WeakMap<EndIdentity, string>();
const describe = (end: EndIdentity | undefined): string => (end === undefined ? 'unknown' : onceFor(endTexts, end, describeEnd));

const tupleForm = ({ a, b }: FlowTuple): unknown => [addressForm(a.ip), a.port, addressForm(b.ip), b.port];

/** Few addresses have many flows. */
const forms = new Map<string, Uint8Array>();
const kMostForms = 4096;

function addressForm(address: string): Uint8Array {
  const known = forms.get(address);
  if (known !== undefined) return known;
  const form = bytesOf(address) ?? new Uint8Array(0);
  forms.set(address, form);
  dropOldest(forms, kMostForms);
  return form;
}

/** Without what is undefined (CBOR has a value for that, which says nothing here); addresses of objects as bytes. */
function plain(value: object): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value) as readonly (readonly [string, unknown])[]) {
    if (inner === undefined) continue;
    if (key === 'addresses' && Array.isArray(inner)) out[key] = inner.map((one) => bytesOf(String(one))).filter((one) => one !== undefined);
    else out[key] = whole(inner);
  }
  return out;
}

const whole = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(whole);
  if (typeof value === 'number') return integer(value);
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? plain(value) : value;
};

/** As many blocks as it takes to hold the entries, one after the other. */
function blocks<T>(kind: keyof typeof kKinds, entries: readonly T[], form: (part: readonly T[]) => unknown): Uint8Array {
  const payload = cborOf(form(entries));
  if (payload.length <= kMostPayload || entries.length < 2) return customBlockOf(kKinds[kind], payload);
  const half = entries.length >> 1;
  return Buffer.concat([blocks(kind, entries.slice(0, half), form), blocks(kind, entries.slice(half), form)]);
}

/** The payload of a block of ours of that kind; undefined for any other block. */
export function customPayload(bytes: Buffer, kind: number): Buffer | undefined {
  const ours = bytes.length >= 48 && bytes.readUInt32LE(8) === kEnterprise && bytes.toString('latin1', 12, 28) === kBlockMagic && bytes.readUInt8(28) === kVersion;
  return ours && bytes.readUInt8(29) === kind ? bytes.subarray(36, 36 + bytes.readUInt32LE(32)) : undefined;
}

export function customBlockOf(kind: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(28);
  head.writeUInt32LE(kEnterprise, 0);
  head.write(kBlockMagic, 4, 'latin1');
  head.writeUInt8(kVersion, 20);
  head.writeUInt8(kind, 21);
  head.writeUInt32LE(payload.length, 24);
  return block(kCustomBlock, Buffer.concat([head, payload]));
}

const padded = (length: number): number => (length + 3) & ~3;

function block(type: number, body: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + padded(body.length));
  out.writeUInt32LE(type, 0);
  out.writeUInt32LE(out.length, 4);
  out.set(body, 8);
  out.writeUInt32LE(out.length, out.length - 4);
  return out;
}

function nameRecord({ address, name }: AddressName): Uint8Array {
  const bytes = bytesOf(address);
  if (bytes === undefined) return new Uint8Array(0);
  const value = Buffer.concat([bytes, Buffer.from(`${name.replaceAll('\0', '').slice(0, 1000)}\0`)]);
  const out = Buffer.alloc(4 + padded(value.length));
  out.writeUInt16LE(bytes.length === 4 ? 1 : 2, 0);
  out.writeUInt16LE(value.length, 2);
  value.copy(out, 4);
  return out;
}

/** 4 bytes of an IPv4 address, 16 of an IPv6 one (RFC 4291, 2.2), IPv4 in IPv6 as IPv4; undefined for anything else. */
export function bytesOf(address: string): Uint8Array | undefined {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  const [text = ''] = address.split('%');
  if (!isIPv6(text)) return undefined;
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const last = embedded === null ? [] : (embedded[2] ?? '').split('.').map(Number);
  const groups = (part: string): readonly number[] => part.split(':').filter((group) => group !== '').flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
  const [before = '', after] = (embedded?.[1] ?? text).split('::');
  const [head, tail] = [groups(before), [...groups(after ?? ''), ...last]];
  const out = Uint8Array.from([...head, ...Array.from({ length: Math.max(0, 16 - head.length - tail.length) }, () => 0), ...tail]);
  const mapped = out.subarray(0, 10).every((byte) => byte === 0) && out[10] === 255 && out[11] === 255;
  return mapped ? out.subarray(12) : out;
}
