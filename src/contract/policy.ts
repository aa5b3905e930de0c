/**
 * Network policies in the YAML editor: what the analysis (src/policy/editor, in a worker) is asked by the extension
 * host (src/features/policy*.ts), and what the policy page (webview/policy) is told. Types only.
 */
import type { Conversations } from './conversations.ts';
import type { Problem } from './rpc.ts';

/** Lines and characters from 0, characters in UTF-16 units: as editors count. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** A place in a file. */
export interface PolicyPlace {
  readonly uri: string;
  readonly range: TextRange;
}

export interface PolicyFile {
  readonly uri: string;
  /** undefined: the file is gone. */
  readonly text: string | undefined;
  /** Open in an editor: it goes before other files that hold the same object. */
  readonly open: boolean;
  /** An object of this cluster's, as the tree opens it: judged by what is there, where that is known. */
  readonly cluster?: string;
}

/** What is known of a cluster (a context of the kubeconfig). */
export interface GivenCluster {
  readonly context: string;
  /** How answers are labelled. */
  readonly label: string;
  /** As the API server answers them; absent while nothing is known of it: then files count. */
  readonly objects?: readonly unknown[];
}

/** Where pods, namespaces and Services come from. */
export interface StateSource {
  /**
   * `files`: what the files given hold; `chosen`: only these files (and the document asked about); `cluster`: what a
   * cluster holds (and the document, and the files' assertions), or the files where it is not known.
   */
  readonly kind: 'files' | 'chosen' | 'cluster';
  /** How answers are labelled: "from files alone". */
  readonly label: string;
  /** For `chosen`: the files that count. */
  readonly uris?: readonly string[];
  /** For `cluster`: its context; its objects and label come with `setCluster`. */
  readonly context?: string;
}

export interface PolicyLens {
  readonly range: TextRange;
  readonly action: 'verify' | 'selects' | 'reach' | 'rule' | 'whatIf' | 'ruleUse';
  readonly title: string;
  readonly tooltip: string;
  /** `NetworkPolicy/shop/web`. */
  readonly policy: string;
  /** Pods behind the count, the first of them, for a list to pick from. */
  readonly pods: readonly string[];
  /** Of `whatIf` and `ruleUse`: the capture it speaks of. */
  readonly capture?: string;
  /** Of `ruleUse`: where the rule stands in its policy: `spec.ingress[0]`. */
  readonly rule?: string;
}

/** A rule in the gutter, as an open capture shows it: flows got through by it, or only denied ones met it, or none did. */
export interface RuleMark {
  readonly range: TextRange;
  readonly use: 'allowed' | 'denied' | 'unused';
}

export type PolicySeverity = 'error' | 'warning' | 'information' | 'hint';

export interface PolicyDiagnostic {
  readonly range: TextRange;
  readonly severity: PolicySeverity;
  readonly code: string;
  readonly message: string;
  /** Greyed out: it could be left out. */
  readonly unnecessary: boolean;
}

export interface PolicyAnalysis {
  readonly uri: string;
  /** Where the answers come from. */
  readonly label: string;
  readonly lenses: readonly PolicyLens[];
  /** By the open captures, where they tell; none where no capture is open. */
  readonly marks: readonly RuleMark[];
  /** At most as many as an editor can show with sense; `omitted` counts the rest. */
  readonly diagnostics: readonly PolicyDiagnostic[];
  readonly omitted: number;
  /** Time the analysis took. */
  readonly milliseconds: number;
}

export interface PolicyEdit {
  readonly uri: string;
  readonly range: TextRange;
  readonly text: string;
  /** What stands before the place and in it: where it differs, the text is another by now. */
  readonly expected: string;
}

/** A change of YAML text that keeps everything it does not mean to change. */
export interface PolicyFix {
  readonly title: string;
  /** What it does beyond the title, for the preview. */
  readonly detail: string;
  readonly preferred: boolean;
  readonly edits: readonly PolicyEdit[];
}

/** A fix and the diagnostic (by place in the last analysis) that it mends. */
export interface DiagnosticFix {
  readonly diagnostic: number;
  readonly fix: PolicyFix;
}

/** One paragraph each, plain text: the host makes Markdown of it. */
export interface PolicyHover {
  readonly range: TextRange;
  readonly title: string;
  readonly lines: readonly string[];
  readonly footer: string;
}

export interface PolicyCompletion {
  readonly kind: 'key' | 'value';
  readonly label: string;
  /** What replaces `range`. */
  readonly insert: string;
  readonly detail: string;
  readonly range: TextRange;
  readonly order: number;
}

export interface DocumentPosition {
  readonly uri: string;
  readonly position: TextPosition;
}

/** One pod to pick in "Explain". */
export interface PolicyEnd {
  /** `shop/web-1`. */
  readonly id: string;
  readonly detail: string;
  /** Ports its containers declare: `TCP/8080 http`. */
  readonly ports: readonly { readonly protocol: string; readonly port: number; readonly name: string }[];
}

export interface ExplainRequest {
  /** A document whose version of objects goes first. */
  readonly uri?: string;
  readonly from: string;
  readonly to: string;
  /** A number or the name of a port of the receiver. */
  readonly port: string;
  readonly protocol: string;
}

export interface ExplanationLine {
  readonly text: string;
  /** How deep it stands in the explanation. */
  readonly level: number;
  readonly place?: PolicyPlace;
}

export interface Explanation {
  readonly verdict: 'allow' | 'deny';
  /** `shop/web-1 → shop/api-1 TCP 8080: denied by ingress`. */
  readonly headline: string;
  readonly label: string;
  readonly lines: readonly ExplanationLine[];
  /** The line that decides: allows, denies, or comes nearest to allowing. */
  readonly decisive?: PolicyPlace;
  readonly fixes: readonly PolicyFix[];
}


export interface PolicyGroup {
  readonly kind: 'pod' | 'host' | 'node' | 'address';
  readonly text: string;
  readonly namespace: string;
  /** How many pods; 0 for addresses and nodes. */
  readonly pods: number;
  /** The first of their names. */
  readonly names: readonly string[];
  /** Selected by the policy the page is about. */
  readonly selected: boolean;
}

export interface PanelFinding {
  readonly rule: string;
  readonly severity: PolicySeverity;
  readonly policy: string;
  readonly message: string;
  readonly place?: PolicyPlace;
}

export interface PanelAssertion {
  readonly text: string;
  readonly status: 'holds' | 'violated' | 'cannot-tell';
  readonly note: string;
  readonly place: PolicyPlace;
  readonly because?: Explanation;
}

export interface PanelRequest {
  /** The document the page was opened from. */
  readonly uri: string;
  /** The policy it is about; '' for all. */
  readonly policy: string;
}

export interface PolicyPanel {
  readonly title: string;
  readonly label: string;
  /** Why there is nothing to show, or what limits it; '' where nothing does. */
  readonly note: string;
  readonly policies: number;
  readonly groups: readonly PolicyGroup[];
  readonly pairs: { readonly all: number; readonly some: number; readonly none: number };
  readonly findings: readonly PanelFinding[];
  readonly assertions: readonly PanelAssertion[];
  /** Answers of `cells` and `cell` are of this edition; others are refused. */
  readonly edition: number;
}

/** A window of the matrix: rows send, columns receive; ends are exclusive. */
export interface CellsRequest {
  readonly edition: number;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

export interface CellRequest {
  readonly edition: number;
  readonly from: number;
  readonly to: number;
}

export interface CellDetail {
  readonly title: string;
  /** `TCP 8080`, `all ports`, `no port`. */
  readonly ports: string;
  readonly explanations: readonly Explanation[];
}

/** A captured flow that edited policies would treat otherwise. */
export interface WhatIfFlow {
  /** `block`: it got through and would not; `open`: it was seen unanswered, is denied so far, and would be allowed. */
  readonly kind: 'block' | 'open';
  /** `shop/web-1 → shop/api-1 TCP 8080`. */
  readonly text: string;
  readonly reason: string;
  /** Display filter that shows the flow alone: `tcp.stream == 4`. */
  readonly filter: string;
  /** Its first packet. */
  readonly frame: number;
  /** Names of the policies that deny it, or denied it and allow it. */
  readonly policies: readonly string[];
}

/** What policies as they stand would do to the flows of a capture. */
export interface WhatIf {
  readonly flows: number;
  readonly judged: number;
  readonly blocked: number;
  readonly opened: number;
  /** The first of them, in order of the file. */
  readonly changes: readonly WhatIfFlow[];
  /** Flows that are not judged, and why, in sentences with their number. */
  readonly apart: readonly string[];
}

/** An open capture; edited policies are tried on its flows. */
export interface GivenCapture {
  readonly uri: string;
  /** For people: `shop.pcapng`. */
  readonly name: string;
  readonly conversations: Conversations;
  /** Files with unsaved edits, as they are on disk: what is present while the capture is looked at. */
  readonly saved: readonly PolicyFile[];
}

export interface WhatIfRequest {
  /** The document whose version of policies goes first. */
  readonly uri: string;
  readonly capture: string;
  /** Changes because of this policy alone; '' all. */
  readonly policy: string;
}

export interface RuleFlowsRequest extends WhatIfRequest {
  /** Where the rule stands in the policy, as its lens says. */
  readonly rule: string;
}

/** A captured flow that counts at a rule. */
export interface RuleFlow {
  /** `allowed`: it got through by the rule; `denied`: unanswered, and it came nearest to it; `unanswered`: for another cause. */
  readonly outcome: 'allowed' | 'denied' | 'unanswered';
  /** `shop/web-1 → shop/api-1 TCP 8080`. */
  readonly text: string;
  /** Display filter that shows the flow alone: `tcp.stream == 4`. */
  readonly filter: string;
  /** Its first packet. */
  readonly frame: number;
}

/** The flows behind what a lens says of a rule. */
export interface RuleFlows {
  /** As the lens says it. */
  readonly title: string;
  /** The first of each outcome, in order of the file. */
  readonly flows: readonly RuleFlow[];
  readonly counts: Readonly<Record<RuleFlow['outcome'], number>>;
}

/** The analysis, as the extension host asks it. */
export interface PolicyApi {
  setFiles(request: { readonly files: readonly PolicyFile[] }): void;
  setSource(source: StateSource): void;
  /** One of the same context is replaced. */
  setCluster(cluster: GivenCluster): void;
  /** One of the same uri is replaced. */
  setCapture(capture: GivenCapture): void;
  removeCapture(request: { readonly uri: string }): void;
  /** Fails when there is no such capture (any more). */
  whatIf(request: WhatIfRequest): WhatIf;
  /** Fails where the capture, or the rule, is not there (any more). */
  ruleFlows(request: RuleFlowsRequest): RuleFlows;
  analyse(request: { readonly uri: string }): PolicyAnalysis | undefined;
  fixes(request: { readonly uri: string; readonly range: TextRange }): readonly DiagnosticFix[];
  hover(request: DocumentPosition): PolicyHover | undefined;
  complete(request: DocumentPosition): readonly PolicyCompletion[];
  ends(): readonly PolicyEnd[];
  explain(request: ExplainRequest): Explanation;
  panel(request: PanelRequest): PolicyPanel;
  /** One byte per pair, row by row: 0 no port, 1 some, 2 all, 3 policies do not apply. */
  cells(request: CellsRequest): Uint8Array;
  cell(request: CellRequest): CellDetail;
}

/** The analysis only answers: it has no events. */
export type PolicyApiEvents = unknown;

/** The policy page, as it asks its host. */
export interface PolicyPageApi {
  start(): PolicyPanel;
  cells(request: CellsRequest): Uint8Array;
  cell(request: CellRequest): CellDetail;
  reveal(place: PolicyPlace): void;
  /** Shows the change in the editor's preview. */
  applyFix(fix: PolicyFix): void;
}

export type PolicyTab = 'matrix' | 'findings' | 'assertions';

export interface PolicyPageEvents {
  /** The user asked for this part. */
  readonly tab: PolicyTab;
  /** Files or state changed. */
  readonly changed: PolicyPanel;
  readonly problem: Problem;
}
