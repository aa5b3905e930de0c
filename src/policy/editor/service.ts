/**
 * The analysis of policies as a service: it keeps the texts it is given and answers about them. Runs in a worker of
 * the extension host; tests and other hosts call it directly.
 */
import { ProblemError } from '../../base/problem.ts';
import type {
  CellDetail, CellRequest, CellsRequest, DiagnosticFix, DocumentPosition, ExplainRequest, Explanation, PanelRequest, PolicyAnalysis,
  GivenCapture, GivenCluster, PolicyApi, PolicyCompletion, PolicyEnd, PolicyFile, PolicyHover, PolicyPanel, RuleFlows, RuleFlowsRequest, StateSource, TextRange, WhatIf, WhatIfRequest,
} from '../../contract/policy.ts';
import type { Handlers } from '../../contract/rpc.ts';
import { ClusterIndex } from '../endpoint.ts';
import { refText } from '../types.ts';
import { joinMarks, OpenCapture } from './captures.ts';
import { completeAt } from './complete.ts';
import { judgeFile, type Judgement } from './diagnostics.ts';
import { explainFlow } from './explain.ts';
import { GivenObjects, SourceFile } from './files.ts';
import { hoverAt } from './hover.ts';
import { makeLenses } from './lenses.ts';
import { Matrix } from './matrix.ts';
import { makePanel } from './panel.ts';
import { policiesOf, stateOf, World } from './world.ts';

const FILES: StateSource = { kind: 'files', label: 'from files alone' };

/** The service as the answering side of a connection wants it: one function per request. */
export function policyHandlers(service: PolicyService): Handlers<PolicyApi> {
  return {
    setFiles: (request) => { service.setFiles(request); },
    setSource: (source) => { service.setSource(source); },
    setCluster: (cluster) => { service.setCluster(cluster); },
    setCapture: (capture) => { service.setCapture(capture); },
    removeCapture: (request) => { service.removeCapture(request); },
    whatIf: (request) => service.whatIf(request),
    ruleFlows: (request) => service.ruleFlows(request),
    analyse: (request) => service.analyse(request),
    fixes: (request) => service.fixes(request),
    hover: (request) => service.hover(request),
    complete: (request) => service.complete(request),
    ends: () => service.ends(),
    explain: (request) => service.explain(request),
    panel: (request) => service.panel(request),
    cells: (request) => service.cells(request),
    cell: (request) => service.cell(request),
  };
}

export class PolicyService {
  private readonly files = new Map<string, SourceFile>();
  private source: StateSource = FILES;
  /** Worlds by the document they are for; all are forgotten when anything changes. */
  private readonly worlds = new Map<string, World>();
  private readonly judged = new Map<string, Judgement>();
  /** Clusters whose objects are open, by context. */
  private readonly clusters = new Map<string, { readonly label: string; readonly given: GivenObjects | undefined }>();
  private readonly captures = new Map<string, OpenCapture>();
  private cluster: ClusterIndex | undefined;
  private clusterKey = '';
  private readonly numbers = new WeakMap<SourceFile, number>();
  private nextNumber = 1;
  private matrix: Matrix | undefined;
  private edition = 0;

  public setFiles({ files }: { readonly files: readonly PolicyFile[] }): void {
    let changed = false;
    for (const file of files) {
      const known = this.files.get(file.uri);
      if (file.text === undefined) changed = this.files.delete(file.uri) || changed;
      else if (known?.text !== file.text || known.open !== file.open) {
        this.files.set(file.uri, new SourceFile(file, file.text));
        changed = true;
      }
    }
    if (changed) this.forget();
  }

  public setSource(source: StateSource): void {
    this.source = source;
    this.forget();
  }

  public setCluster({ context, label, objects }: GivenCluster): void {
    this.clusters.set(context, { label, given: objects === undefined ? undefined : new GivenObjects(label, objects) });
    this.forget();
  }

  /** Policies as they are now are what edits of them are compared with, where the capture holds none itself. */
  public setCapture(capture: GivenCapture): void {
    const before = new Map(this.files);
    for (const file of capture.saved) {
      if (file.text === undefined) before.delete(file.uri);
      else before.set(file.uri, new SourceFile(file, file.text));
    }
    this.captures.set(capture.uri, new OpenCapture(capture, this.captures.get(capture.uri)?.before ?? before));
  }

  public removeCapture({ uri }: { readonly uri: string }): void {
    this.captures.delete(uri);
  }

  public whatIf({ uri, capture, policy }: WhatIfRequest): WhatIf {
    const open = this.captureOf(capture);
    return open.report(this.worldFor(uri), this.filesFor(uri, open.before), policy);
  }

  public ruleFlows({ uri, capture, policy, rule }: RuleFlowsRequest): RuleFlows {
    return this.captureOf(capture).ruleFlows(this.worldFor(uri), uri, policy, rule);
  }

  private captureOf(uri: string): OpenCapture {
    const open = this.captures.get(uri);
    if (open === undefined) throw new ProblemError('invalid', 'The capture is not open any more.', 'Open it again to see its flows.');
    return open;
  }

  private forget(): void {
    this.worlds.clear();
    this.judged.clear();
  }

  /** The cluster that a document is judged by: its own, or the chosen one. */
  private clusterFor(uri: string): { readonly label: string; readonly given: GivenObjects | undefined } | undefined {
    const context = this.files.get(uri)?.cluster ?? this.source.context;
    return context === undefined ? undefined : this.clusters.get(context);
  }

  /** Files that count for a document, itself first, then open ones, then the rest by name. */
  private filesFor(uri: string, files: ReadonlyMap<string, SourceFile> = this.files): readonly SourceFile[] {
    const own = files.get(uri);
    const given = this.clusterFor(uri)?.given;
    if (given !== undefined) {
      const asserting = own?.cluster === undefined ? [...files.values()].filter((file) => file !== own && file.hasAssertions && !file.hasPolicies) : [];
      return [...(own === undefined ? [] : [own]), given, ...asserting];
    }
    const chosen = this.source.kind === 'chosen' ? new Set(this.source.uris) : undefined;
    const rank = (file: SourceFile): number => (file.uri === uri ? 0 : file.open ? 1 : 2);
    return [...files.values()]
      .filter((file) => file.uri === uri || chosen === undefined || chosen.has(file.uri))
      .sort((a, b) => rank(a) - rank(b) || (a.uri < b.uri ? -1 : 1));
  }

  private worldFor(uri: string): World {
    let world = this.worlds.get(uri);
    if (world === undefined) {
      const files = this.filesFor(uri);
      world = new World(this.labelOf(uri), this.clusterOf(files), policiesOf(files));
      this.worlds.set(uri, world);
    }
    return world;
  }

  private labelOf(uri: string): string {
    return this.clusterFor(uri)?.label ?? this.source.label;
  }

  /** Pods seldom change while a policy is edited: their index is kept as long as their files are the same. */
  private clusterOf(files: readonly SourceFile[]): ClusterIndex {
    const holding = files.filter((file) => file.stateValues.length > 0);
    const key = holding.map((file) => `${file.uri} ${this.numberOf(file)}`).join('\n');
    if (this.cluster === undefined || key !== this.clusterKey) {
      this.cluster = new ClusterIndex(stateOf(holding));
      this.clusterKey = key;
    }
    return this.cluster;
  }

  private numberOf(file: SourceFile): number {
    let number = this.numbers.get(file);
    if (number === undefined) {
      number = this.nextNumber++;
      this.numbers.set(file, number);
    }
    return number;
  }

  private judgedOf(uri: string, file: SourceFile): Judgement {
    let judged = this.judged.get(uri);
    if (judged === undefined) {
      judged = judgeFile(this.worldFor(uri), file);
      this.judged.set(uri, judged);
    }
    return judged;
  }

  /** undefined for a file that holds no policy. */
  public analyse({ uri }: { readonly uri: string }): PolicyAnalysis | undefined {
    const file = this.files.get(uri);
    if (file?.hasPolicies !== true) return undefined;
    const started = performance.now();
    const { judged, omitted } = this.judgedOf(uri, file);
    const world = this.worldFor(uri);
    const captures = [...this.captures.values()];
    const used = captures.map((capture) => capture.rules(world, uri));
    return {
      uri,
      label: world.label,
      lenses: [
        ...makeLenses(world, uri),
        ...captures.flatMap((capture) => capture.lenses(world, this.filesFor(uri, capture.before), uri)),
        ...used.flatMap(({ lenses }) => lenses),
      ],
      marks: joinMarks(used.flatMap(({ marks }) => marks)),
      diagnostics: judged.map(({ diagnostic }) => diagnostic),
      omitted,
      milliseconds: performance.now() - started,
    };
  }

  public fixes({ uri, range }: { readonly uri: string; readonly range: TextRange }): readonly DiagnosticFix[] {
    const file = this.files.get(uri);
    if (file?.hasPolicies !== true) return [];
    return this.judgedOf(uri, file)
      .judged.flatMap(({ diagnostic, fixes }, at) =>
        diagnostic.range.start.line <= range.end.line && diagnostic.range.end.line >= range.start.line
          ? fixes().map((fix): DiagnosticFix => ({ diagnostic: at, fix }))
          : [],
      );
  }

  public hover({ uri, position }: DocumentPosition): PolicyHover | undefined {
    const file = this.files.get(uri);
    return file?.hasPolicies === true ? hoverAt(this.worldFor(uri), uri, position) : undefined;
  }

  public complete({ uri, position }: DocumentPosition): readonly PolicyCompletion[] {
    const file = this.files.get(uri);
    return file?.hasPolicies === true ? completeAt(this.worldFor(uri), file.text, position) : [];
  }

  public ends(): readonly PolicyEnd[] {
    return this.worldFor('').cluster.podEndpoints.map(({ text, anyPod }) => ({
      id: text,
      detail: Object.entries(anyPod?.labels ?? {}).map(([key, value]) => `${key}=${value}`).join(', '),
      ports: (anyPod?.ports ?? []).map(({ protocol, containerPort, name }) => ({ protocol, port: containerPort, name: name ?? '' })),
    }));
  }

  public explain(request: ExplainRequest): Explanation {
    return explainFlow(this.worldFor(request.uri ?? ''), request);
  }

  public panel({ uri, policy }: PanelRequest): PolicyPanel {
    const world = this.worldFor(uri);
    const about = world.policies.find(({ ref }) => refText(ref) === policy);
    this.matrix = new Matrix(world, about);
    this.edition++;
    return makePanel(world, this.matrix, about, this.filesFor(uri), this.edition);
  }

  private current(edition: number): Matrix {
    if (this.matrix === undefined || edition !== this.edition) {
      throw new ProblemError('cancelled', 'The matrix was made anew since.');
    }
    return this.matrix;
  }

  public cells({ edition, rows, columns }: CellsRequest): Uint8Array {
    return this.current(edition).cells(rows, columns);
  }

  public cell({ edition, from, to }: CellRequest): CellDetail {
    return this.current(edition).cell(from, to);
  }
}
