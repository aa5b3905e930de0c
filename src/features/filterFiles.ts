/** `.dfilter` files in the text editor: one display filter a line, with the language service of the capture editor. */
import * as vscode from 'vscode';
import { Command, kFilterLanguageId } from '../contract/contributions.ts';
import type { CompletionKind, FilterCompletion } from '../contract/language.ts';
import { forkEngine } from '../engine/forked.ts';
import { LanguageEngine } from '../engine/languageEngine.ts';
import { filterOfLine, type FilterLine } from '../language/document.ts';
import type { FilterLanguage } from '../language/service.ts';
import { FilterDiagnostics } from './filterDiagnostics.ts';
import { FilterHelp } from './filterHelp.ts';
import { FilterStore } from './filterStore.ts';

/** Registers the language; what is returned is shared with the capture editor. */
export function registerFilterFiles(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): FilterHelp {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
  const engine = new LanguageEngine(forkEngine(script, (line) => { log.info(line); }));
  const help = new FilterHelp(new FilterStore(context.workspaceState));
  const language = (): Promise<FilterLanguage> => help.language(() => engine.ask((api) => api.language(undefined)));
  const diagnostics = new FilterDiagnostics(
    (texts) => engine.ask((api) => api.checkFilters({ texts })), language, (message) => { log.warn(message); },
  );
  const filters: vscode.DocumentSelector = { language: kFilterLanguageId };
  const { languages, commands } = vscode;
  context.subscriptions.push(
    engine, help, diagnostics,
    languages.registerCompletionItemProvider(filters, {
      provideCompletionItems: (document, position) => completions(document, position, language, help),
    }, '.', ' ', '=', '"', '(', '{', ',', '&', '|', '<', '>', '!', '$'),
    languages.registerHoverProvider(filters, { provideHover: (document, position) => hover(document, position, language) }),
    languages.registerSignatureHelpProvider(filters, {
      provideSignatureHelp: (document, position) => signature(document, position, language),
    }, '(', ','),
    languages.registerDocumentFormattingEditProvider(filters, {
      provideDocumentFormattingEdits: (document) => formatting(document, diagnostics, language),
    }),
    languages.registerCodeActionsProvider(filters, diagnostics, { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] }),
    commands.registerCommand(Command.manageFilters, () => { help.store.manage(); }),
    commands.registerCommand(Command.clearFilterHistory, () => { help.store.clearHistory(); }),
  );
  return help;
}

/** The filter under the cursor, also on a blank line; undefined in a comment. */
function lineAt(document: vscode.TextDocument, { line, character }: vscode.Position): FilterLine & { readonly offset: number } | undefined {
  const content = document.lineAt(line).text;
  const found = filterOfLine(content, line);
  if (found === undefined) {
    return content.trim() === '' ? { line, start: character, text: '', offset: 0 } : undefined;
  }
  // Blanks behind the filter belong to it while it is written on.
  const text = content.slice(found.start);
  return { line, start: found.start, text, offset: Math.max(0, character - found.start) };
}

async function completions(
  document: vscode.TextDocument, position: vscode.Position, language: () => Promise<FilterLanguage>, { valuesSeen }: FilterHelp,
): Promise<vscode.CompletionList | undefined> {
  const place = lineAt(document, position);
  if (place === undefined) return undefined;
  const { items, start, end, incomplete } = await (await language()).complete(place, valuesSeen);
  const range = rangeOf(place, start, end);
  return new vscode.CompletionList(items.map((item, at) => completionItem(item, at, range)), incomplete);
}

const kKinds: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  field: vscode.CompletionItemKind.Field, protocol: vscode.CompletionItemKind.Module, operator: vscode.CompletionItemKind.Operator,
  keyword: vscode.CompletionItemKind.Keyword, function: vscode.CompletionItemKind.Function, value: vscode.CompletionItemKind.Value,
  constant: vscode.CompletionItemKind.EnumMember,
};

function completionItem(item: FilterCompletion, at: number, range: vscode.Range): vscode.CompletionItem {
  const made = new vscode.CompletionItem({ label: item.label, detail: item.detail === '' ? '' : `  ${item.detail}`, description: item.note }, kKinds[item.kind]);
  made.insertText = new vscode.SnippetString(item.insert);
  made.range = range;
  made.sortText = String(at).padStart(5, '0');
  if (item.match !== undefined) made.filterText = item.match;
  if (item.help !== undefined) made.documentation = item.help;
  if (item.again === true) made.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
  return made;
}

async function hover(
  document: vscode.TextDocument, position: vscode.Position, language: () => Promise<FilterLanguage>,
): Promise<vscode.Hover | undefined> {
  const place = lineAt(document, position);
  const found = place === undefined ? undefined : (await language()).hover(place);
  if (place === undefined || found === undefined) return undefined;
  const text = new vscode.MarkdownString().appendCodeblock(found.title, kFilterLanguageId);
  found.lines.forEach((line) => { text.appendText(line).appendMarkdown('\n\n'); });
  return new vscode.Hover(text, rangeOf(place, found.start, found.end));
}

async function signature(
  document: vscode.TextDocument, position: vscode.Position, language: () => Promise<FilterLanguage>,
): Promise<vscode.SignatureHelp | undefined> {
  const place = lineAt(document, position);
  const found = place === undefined ? undefined : (await language()).signature(place);
  if (found === undefined) return undefined;
  const information = new vscode.SignatureInformation(found.label, found.help);
  information.parameters = found.parameters.map(([start, end]) => new vscode.ParameterInformation([start, end]));
  const help = new vscode.SignatureHelp();
  help.signatures = [information];
  help.activeParameter = found.active;
  return help;
}

/** Valid filters only: of others it is not known what spacing would keep their meaning. */
async function formatting(
  document: vscode.TextDocument, diagnostics: FilterDiagnostics, language: () => Promise<FilterLanguage>,
): Promise<vscode.TextEdit[]> {
  const service = await language();
  const valid = await diagnostics.validLines(document);
  return valid.flatMap(({ line, text }) => {
    const content = document.lineAt(line);
    const formatted = service.format(text);
    return content.text === formatted ? [] : [vscode.TextEdit.replace(content.range, formatted)];
  });
}

const rangeOf = ({ line, start }: FilterLine, from: number, to: number): vscode.Range =>
  new vscode.Range(line, start + from, line, start + to);
