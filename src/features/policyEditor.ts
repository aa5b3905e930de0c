/** Policies in the YAML editor: lenses, diagnostics, fixes, hovers and completion from the worker's answers. */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import { escapeLabel } from '../base/escape.ts';
import { isCancelled, toProblem } from '../base/problem.ts';
import { Command } from '../contract/contributions.ts';
import type { PolicyAnalysis, PolicyFix, PolicyHover, PolicyLens, PolicySeverity, TextPosition } from '../contract/policy.ts';
import { mentionsPolicy } from '../policy/editor/files.ts';
import type { PolicyClient } from './policyClient.ts';
import { isCandidate, type PolicyFiles } from './policyFiles.ts';
import { PolicyGutter } from './policyGutter.ts';
import { toRange } from './policyRange.ts';

/** After the last keystroke, milliseconds. */
const kDebounce = 250;

const kSelector: vscode.DocumentSelector = [
  { language: 'yaml' }, { language: 'json' }, { language: 'jsonc' }, { language: 'helm' }, { pattern: '**/*.{yaml,yml}' },
];

const severities: Readonly<Record<PolicySeverity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** VS Code's positions keep their numbers behind getters, which a message to the worker would lose. */
const plain = ({ line, character }: vscode.Position): TextPosition => ({ line, character });

/** A fix as VS Code's edit; each part is shown in the preview before anything is changed. */
export function toWorkspaceEdit({ title, detail, edits }: PolicyFix): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, range, text } of edits) {
    edit.replace(vscode.Uri.parse(uri, true), toRange(range), text, { needsConfirmation: true, label: title, description: detail });
  }
  return edit;
}

export class PolicyEditor implements Disposable, vscode.CodeLensProvider, vscode.HoverProvider, vscode.CompletionItemProvider, vscode.CodeActionProvider {
  private readonly client: PolicyClient;
  private readonly files: PolicyFiles;
  private readonly log: vscode.LogOutputChannel;
  private readonly owned = new DisposableStore();
  private readonly shown: vscode.DiagnosticCollection;
  private readonly gutter: PolicyGutter;
  private readonly lensesChanged = new vscode.EventEmitter<void>();
  private readonly analysed = new vscode.EventEmitter<string>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly running = new Set<string>();
  private readonly again = new Set<string>();
  private readonly analyses = new Map<string, { readonly analysis: PolicyAnalysis; readonly version: number }>();

  public readonly onDidChangeCodeLenses = this.lensesChanged.event;
  /** The document's analysis is new: pages that show it follow. */
  public readonly onDidAnalyse = this.analysed.event;

  public constructor(client: PolicyClient, files: PolicyFiles, log: vscode.LogOutputChannel) {
    this.client = client;
    this.files = files;
    this.log = log;
    this.shown = this.owned.add(vscode.languages.createDiagnosticCollection('stratoshark-policy'));
    this.gutter = this.owned.add(new PolicyGutter((uri) => this.analysisOf(uri)?.marks ?? []));
    this.owned.add(this.lensesChanged);
    this.owned.add(this.analysed);
    this.owned.add(vscode.workspace.onDidOpenTextDocument((document) => { this.schedule(document, 0); }));
    this.owned.add(vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0) return;
      this.schedule(document, kDebounce);
      // What is said of other documents may depend on this one: on its pods, or its policies.
      for (const other of vscode.workspace.textDocuments) {
        if (other !== document && this.analyses.has(other.uri.toString())) this.schedule(other, 2 * kDebounce);
      }
    }));
    this.owned.add(vscode.workspace.onDidCloseTextDocument((document) => { this.forget(document); }));
    this.owned.add(files.onDidChange(() => { this.scheduleAll(); }));
    this.owned.add(vscode.languages.registerCodeLensProvider(kSelector, this));
    this.owned.add(vscode.languages.registerHoverProvider(kSelector, this));
    this.owned.add(vscode.languages.registerCompletionItemProvider(kSelector, this, ':', '-', ' '));
    this.owned.add(vscode.languages.registerCodeActionsProvider(kSelector, this, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }));
    this.scheduleAll();
  }

  /** The last analysis of a document, for tests and commands. */
  public analysisOf(uri: vscode.Uri): PolicyAnalysis | undefined {
    return this.analyses.get(uri.toString())?.analysis;
  }

  public dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.owned.dispose();
  }

  public provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const known = this.analyses.get(document.uri.toString());
    return (known?.analysis.lenses ?? []).map((lens) => new vscode.CodeLens(toRange({ start: lens.range.start, end: lens.range.start }), lensCommand(document.uri, lens)));
  }

  public async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const hover = await this.ask(document, () => this.client.call('hover', { uri: document.uri.toString(), position: plain(position) }, document.uri.toString()));
    return hover === undefined ? undefined : new vscode.Hover(hoverText(hover), toRange(hover.range));
  }

  public async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
    const found = await this.ask(document, () => this.client.call('complete', { uri: document.uri.toString(), position: plain(position) }, document.uri.toString()));
    return (found ?? []).map(({ label, kind, insert, detail, range, order }) => {
      const item = new vscode.CompletionItem(label, kind === 'key' ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.Value);
      item.insertText = insert;
      item.detail = detail;
      item.range = toRange(range);
      item.sortText = String(order).padStart(4, '0');
      item.filterText = insert;
      // The value is chosen next.
      if (kind === 'key') item.command = { title: 'Suggest', command: 'editor.action.triggerSuggest' };
      return item;
    });
  }

  public async provideCodeActions(document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext): Promise<vscode.CodeAction[]> {
    const uri = document.uri.toString();
    const shown = this.shown.get(document.uri) ?? [];
    if (!context.diagnostics.some((diagnostic) => diagnostic.source === kSource)) return [];
    const fixes = await this.ask(document, () => this.client.call('fixes', { uri, range: { start: plain(range.start), end: plain(range.end) } }, uri));
    return (fixes ?? []).flatMap(({ diagnostic, fix }) => {
      const mended = shown[diagnostic];
      if (mended === undefined) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [mended];
      action.isPreferred = fix.preferred;
      action.edit = toWorkspaceEdit(fix);
      return [action];
    });
  }

  /** Asks about the text as it is now: what was typed since the last analysis is sent first. */
  private async ask<T>(document: vscode.TextDocument, question: () => Promise<T>): Promise<T | undefined> {
    if (!isCandidate(document) || !mentionsPolicy(document.getText()) || this.client.isLeftOut(document.uri.toString())) return undefined;
    try {
      await this.files.load();
      if (this.analyses.get(document.uri.toString())?.version !== document.version) await this.files.setOpen(document);
      return await question();
    } catch (thrown) {
      if (!isCancelled(thrown)) this.log.error(toProblem(thrown, 'The analysis of network policies').cause);
      return undefined;
    }
  }

  /** What documents are judged against changed. */
  public analyseAgain(): void {
    this.scheduleAll();
  }

  private scheduleAll(): void {
    for (const document of vscode.workspace.textDocuments) this.schedule(document, 0);
  }

  private schedule(document: vscode.TextDocument, delay: number): void {
    if (!isCandidate(document)) return;
    const uri = document.uri.toString();
    clearTimeout(this.timers.get(uri));
    this.timers.set(uri, setTimeout(() => {
      this.timers.delete(uri);
      void this.run(document);
    }, delay));
  }

  /** One analysis of a document at a time; what came meanwhile is analysed next, once. */
  private async run(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    if (this.running.has(uri)) {
      this.again.add(uri);
      return;
    }
    this.running.add(uri);
    try {
      await this.analyse(document);
    } catch (thrown) {
      if (!isCancelled(thrown)) this.showProblem(document, thrown);
    } finally {
      this.running.delete(uri);
      if (this.again.delete(uri) && !document.isClosed) void this.run(document);
    }
  }

  private async analyse(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    // The workspace's files are read when the first policy is open: other YAML and JSON costs nothing.
    if (!this.files.isLoaded && !mentionsPolicy(document.getText())) return;
    await this.files.load();
    if (document.isClosed) return;
    const { version } = document;
    await this.files.setOpen(document);
    if (this.client.isLeftOut(uri)) return;
    const analysis = await this.client.call('analyse', { uri }, uri);
    // Newer text is on its way: this answer would mark the wrong places.
    if (document.version !== version) {
      this.again.add(uri);
      return;
    }
    if (analysis === undefined) {
      this.analyses.delete(uri);
      this.shown.delete(document.uri);
    } else {
      this.analyses.set(uri, { analysis, version });
      this.shown.set(document.uri, analysis.diagnostics.map(toDiagnostic));
    }
    this.lensesChanged.fire();
    this.gutter.show();
    this.analysed.fire(uri);
  }

  private showProblem(document: vscode.TextDocument, thrown: unknown): void {
    const { cause, remedy } = toProblem(thrown, 'The analysis of network policies');
    this.log.error(`${document.uri.toString()}: ${cause}`);
    const diagnostic = new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), `${cause} ${remedy}`, vscode.DiagnosticSeverity.Information);
    diagnostic.source = kSource;
    this.analyses.delete(document.uri.toString());
    this.shown.set(document.uri, [diagnostic]);
    this.lensesChanged.fire();
    this.gutter.show();
  }

  private forget(document: vscode.TextDocument): void {
    if (!isCandidate(document)) return;
    const uri = document.uri.toString();
    clearTimeout(this.timers.get(uri));
    this.timers.delete(uri);
    this.analyses.delete(uri);
    this.shown.delete(document.uri);
    if (this.files.isLoaded) void this.files.setClosed(document.uri).catch(() => undefined);
  }
}

const kSource = 'StratoShark';

function toDiagnostic({ range, severity, code, message, unnecessary }: PolicyAnalysis['diagnostics'][number]): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(toRange(range), message, severities[severity]);
  diagnostic.source = kSource;
  diagnostic.code = code;
  if (unnecessary) diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
  return diagnostic;
}

function lensCommand(uri: vscode.Uri, { action, title: words, tooltip, policy, pods, capture, rule }: PolicyLens): vscode.Command {
  const title = escapeLabel(words);
  switch (action) {
    case 'verify':
      return { title: `$(shield) ${title}`, tooltip, command: Command.verifyPolicy, arguments: [{ uri: uri.toString(), policy }] };
    case 'reach':
      return { title, tooltip, command: Command.verifyPolicy, arguments: [{ uri: uri.toString(), policy, tab: 'matrix' }] };
    case 'whatIf':
      return { title: `$(git-compare) ${title}`, tooltip, command: Command.showWhatIf, arguments: [{ uri: uri.toString(), policy, capture }] };
    case 'ruleUse':
      return { title, tooltip, command: Command.showRuleFlows, arguments: [{ uri: uri.toString(), policy, capture, rule }] };
    case 'selects':
    case 'rule':
      return { title, tooltip, command: Command.showPolicyPods, arguments: [{ title, pods }] };
  }
}

/** Names and labels come from files of unknown origin: they enter as text, never as Markdown. */
function hoverText({ title, lines, footer }: PolicyHover): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(title).appendMarkdown('**');
  for (const line of lines) text.appendMarkdown('\n- ').appendText(line);
  text.appendMarkdown('\n\n*').appendText(footer).appendMarkdown('*');
  return text;
}
