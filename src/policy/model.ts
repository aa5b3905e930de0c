/**
 * Policies in one common form, whatever their kind: a subject, and per direction an ordered list of rules,
 * each keeping the path of the YAML it came from.
 */
import type { Cidr } from './ip.ts';
import type { Selector } from './selector.ts';
import type { ObjectRef, PolicyDocument, PolicyKind, Protocol, YamlPath } from './types.ts';

/**
 * When a policy is asked. `admin` (AdminNetworkPolicy, ClusterNetworkPolicy tier Admin) comes first,
 * then NetworkPolicy, then `baseline` (BaselineAdminNetworkPolicy, ClusterNetworkPolicy tier Baseline).
 */
export type Tier = 'admin' | 'networkpolicy' | 'baseline';

export type RuleAction = 'Allow' | 'Deny' | 'Pass';

/** Which namespaces: one by name (the policy's own), or by selector. */
export type NamespaceMatch = { readonly name: string } | { readonly selector: Selector };

export interface PodsPeer {
  readonly kind: 'pods';
  readonly path: YamlPath;
  readonly namespaces: NamespaceMatch;
  readonly pods: Selector;
}

export interface IpPeer {
  readonly kind: 'ip';
  readonly path: YamlPath;
  readonly block: Cidr;
  readonly except: readonly Cidr[];
}

export interface NodesPeer {
  readonly kind: 'nodes';
  readonly path: YamlPath;
  readonly nodes: Selector;
}

/** A peer that matches nothing we can decide: malformed, or domain names. */
export interface NeverPeer {
  readonly kind: 'never';
  readonly path: YamlPath;
  readonly reason: string;
}

export type Peer = PodsPeer | IpPeer | NodesPeer | NeverPeer;

/** Ports `first`..`last` of one protocol. */
export interface NumberedPorts {
  readonly kind: 'numbers';
  readonly path: YamlPath;
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** A port by its name in the destination pod; without `protocol`, whatever protocol that port has. */
export interface NamedPort {
  readonly kind: 'name';
  readonly path: YamlPath;
  readonly name: string;
  readonly protocol?: Protocol;
}

export interface NeverPort {
  readonly kind: 'never';
  readonly path: YamlPath;
  readonly reason: string;
}

export type PortMatch = NumberedPorts | NamedPort | NeverPort;

export interface Rule {
  readonly index: number;
  readonly path: YamlPath;
  readonly name?: string;
  readonly action: RuleAction;
  /** Absent: every peer. */
  readonly peers?: readonly Peer[];
  /** Absent: every port. */
  readonly ports?: readonly PortMatch[];
}

export interface Policy {
  readonly ref: ObjectRef;
  readonly kind: PolicyKind;
  readonly tier: Tier;
  /** Lower is asked first (admin and baseline tiers). */
  readonly priority: number;
  /** Place in the list the policies came in. */
  readonly position: number;
  readonly document: PolicyDocument;
  readonly subject: { readonly namespaces: NamespaceMatch; readonly pods: Selector };
  /** Path of the subject's selector. */
  readonly subjectPath: YamlPath;
  /** Absent: this policy says nothing of that direction (a NetworkPolicy without that policyType). */
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export const FIRST_PORT = 0;
export const LAST_PORT = 65535;
