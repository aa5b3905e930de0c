/** What `verify` found, before it is written as text, JSON, JUnit or SARIF. */
import type { PanelAssertion, WhatIf } from '../contract/policy.ts';
import type { Range } from '../policy/yaml.ts';

/** Groups of pods (or addresses) with the same ports. */
export interface Reached {
  /** `TCP 8080`, `all ports`, `no port`. */
  readonly ports: string;
  readonly groups: readonly string[];
}

/** Pods a policy selects that all policies together treat alike. */
export interface SelectedGroup {
  readonly group: string;
  readonly pods: number;
  /** The first of their names. */
  readonly names: readonly string[];
  readonly from: readonly Reached[];
  readonly to: readonly Reached[];
}

export interface PolicyReport {
  readonly policy: string;
  readonly file: string;
  readonly range: Range;
  /** Why the API server refuses it. */
  readonly errors: readonly { readonly message: string; readonly range: Range }[];
  readonly pods: number;
  readonly groups: readonly SelectedGroup[];
  readonly findings: readonly { readonly rule: string; readonly level: 'warning' | 'note'; readonly message: string; readonly range: Range }[];
}

/** What the policies would do to the flows of a capture. */
export interface CaptureReport extends WhatIf {
  readonly file: string;
  /** Why the file was not read to its end; '' it was. */
  readonly damage: string;
}

export interface VerifyReport {
  /** Where pods come from: `from files alone`, `from cluster kind-dev`. */
  readonly label: string;
  readonly policies: readonly PolicyReport[];
  readonly assertions: readonly PanelAssertion[];
  readonly captures: readonly CaptureReport[];
  readonly result: 'as expected' | 'mismatch' | 'cannot tell';
  readonly reasons: readonly string[];
}
