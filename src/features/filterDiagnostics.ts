/** Marks what the engine says of the filters in `.dfilter` files, and offers its remedies as quick fixes. */
import * as vscode from 'vscode';
import { isCancelled, toProblem } from '../base/problem.ts';
import { DisposableStore } from '../base/disposable.ts';
import type { FilterCheck } from '../contract/capture.ts';
import { kFilterLanguageId } from '../contract/contributions.ts';
import type { Diagnostic } from '../language/diagnose.ts';
import { filterLines, type FilterLine } from '../language/document.ts';
import type { FilterLanguage } from '../language/service.ts';

/** Rest after the last key before a file is checked, milliseconds. */
const kDelay = 250;
/** Lines checked in one file; longer files are not written by hand. */
const kMostLines = 5000;

interface Marked {
  readonly diagnostic: vscode.Diagnostic;
  readonly fix: (Diagnostic['fix'] & { readonly range: vscode.Range }) | undefined;
}

type Check = (texts: readonly string[]) => Promise<readonly FilterCheck[]>;

export class FilterDiagnostics implements vscode.Disposable, vscode.CodeActionProvider {
  private readonly owned = new DisposableStore();
  private readonly collection = this.owned.add(vscode.languages.createDiagnosticCollection('StratoShark filters'));
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly marked = new Map<string, readonly Marked[]>();
  private readonly check: Check;
  private readonly language: () => Promise<FilterLanguage>;
  private readonly log: (message: string) => void;

  public constructor(check: Check, language: () => Promise<FilterLanguage>, log: (message: string) => void) {
    this.check = check;
    this.language = language;
    this.log = log;
    this.owned.add(vscode.workspace.onDidOpenTextDocument((document) => { this.schedule(document, 0); }));
    this.owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => { this.schedule(document, kDelay); }));
    this.owned.add(vscode.workspace.onDidCloseTextDocument((document) => { this.forget(document); }));
    vscode.workspace.textDocuments.forEach((document) => { this.schedule(document, 0); });
  }

  /** Lines whose filter is valid. */
  public async validLines(document: vscode.TextDocument): Promise<readonly FilterLine[]> {
    const lines = linesOf(document);
    const checks = await this.check(lines.map(({ text }) => text));
    return lines.filter((_line, at) => checks[at]?.ok === true);
  }

  public provideCodeActions(
    document: vscode.TextDocument, _range: vscode.Range, { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return (this.marked.get(document.uri.toString()) ?? []).flatMap(({ diagnostic, fix }) => {
      const isAsked = diagnostics.some(({ range, message }) => range.isEqual(diagnostic.range) && message === diagnostic.message);
      if (fix === undefined || !isAsked) return [];
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, fix.range, fix.text);
      action.diagnostics = [diagnostic];
      action.isPreferred = true;
      return [action];
    });
  }

  public dispose(): void {
    this.timers.forEach((timer) => { clearTimeout(timer); });
    this.owned.dispose();
  }

  private schedule(document: vscode.TextDocument, delay: number): void {
    if (document.languageId !== kFilterLanguageId) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => { void this.run(document); }, delay));
  }

  private async run(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const lines = linesOf(document);
    try {
      const [service, checks] = await Promise.all([this.language(), this.check(lines.map(({ text }) => text))]);
      if (document.isClosed || document.version !== version) return;
      const marked = lines.flatMap((line, at) => {
        const check = checks[at];
        return check === undefined ? [] : service.diagnose(line.text, check).map((diagnostic) => mark(line, diagnostic));
      });
      this.marked.set(document.uri.toString(), marked);
      this.collection.set(document.uri, marked.map(({ diagnostic }) => diagnostic));
    } catch (thrown) {
      if (!isCancelled(thrown)) {
        const { cause, remedy } = toProblem(thrown, 'Checking the filters');
        this.log(`${document.uri.toString(true)}: ${cause} ${remedy}`);
      }
    }
  }

  private forget({ uri }: vscode.TextDocument): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.marked.delete(key);
    this.collection.delete(uri);
  }
}

const linesOf = (document: vscode.TextDocument): readonly FilterLine[] => filterLines(document.getText()).slice(0, kMostLines);

const kSeverity = {
  error: vscode.DiagnosticSeverity.Error, warning: vscode.DiagnosticSeverity.Warning, information: vscode.DiagnosticSeverity.Information,
} as const;

function mark({ line, start }: FilterLine, found: Diagnostic): Marked {
  const range = (from: number, to: number): vscode.Range => new vscode.Range(line, start + from, line, start + to);
  const diagnostic = new vscode.Diagnostic(range(found.start, found.end), found.message, kSeverity[found.severity]);
  diagnostic.source = 'StratoShark';
  diagnostic.code = found.code;
  if (found.code === 'deprecated') diagnostic.tags = [vscode.DiagnosticTag.Deprecated];
  return { diagnostic, fix: found.fix === undefined ? undefined : { ...found.fix, range: range(found.fix.start, found.fix.end) } };
}
