/** Joins the language service, which runs in the host, to the one-line editor. */
import { languages, type editor, type IRange, type Position } from 'monaco-editor/editor';
import type {
  CompletionKind, FilterCompletion, FilterCompletions, FilterHover, FilterPlace, FilterSignature,
} from '../../src/contract/language.ts';

export interface FilterBoxHelp {
  complete(place: FilterPlace, signal: AbortSignal): Promise<FilterCompletions>;
  hover(place: FilterPlace): Promise<FilterHover | undefined>;
  signature(place: FilterPlace): Promise<FilterSignature | undefined>;
}

/** Which box asks: providers are per language, not per editor. */
const helps = new WeakMap<editor.ITextModel, FilterBoxHelp>();
const registered = new Set<string>();

export function attachHelp(languageId: string, model: editor.ITextModel, help: FilterBoxHelp): void {
  helps.set(model, help);
  if (registered.has(languageId)) return;
  registered.add(languageId);
  languages.registerCompletionItemProvider(languageId, {
    triggerCharacters: ['.', ' ', '=', '"', '(', '{', ',', '&', '|', '<', '>', '!', '$', '['],
    provideCompletionItems: async (asked, position, _context, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => { abort.abort(); });
      const found = await quietly(helps.get(asked)?.complete(placeOf(asked, position), abort.signal));
      return found === undefined ? { suggestions: [] } : suggestions(found);
    },
  });
  languages.registerHoverProvider(languageId, {
    provideHover: async (asked, position) => {
      const found = await quietly(helps.get(asked)?.hover(placeOf(asked, position)));
      return found === undefined ? undefined : {
        range: rangeOf(found.start, found.end),
        contents: [found.title, ...found.lines].map((line, at) => ({ value: at === 0 ? `**${escapeMarkdown(line)}**` : escapeMarkdown(line) })),
      };
    },
  });
}

/** What help cannot be given is left out: the filter can be written without it. */
async function quietly<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await asked;
  } catch {
    return undefined;
  }
}

const placeOf = (model: editor.ITextModel, { column }: Position): FilterPlace => ({ text: model.getValue(), offset: column - 1 });

const rangeOf = (start: number, end: number): IRange =>
  ({ startLineNumber: 1, startColumn: start + 1, endLineNumber: 1, endColumn: end + 1 });

const kKinds: Readonly<Record<CompletionKind, languages.CompletionItemKind>> = {
  field: languages.CompletionItemKind.Field, protocol: languages.CompletionItemKind.Module,
  operator: languages.CompletionItemKind.Operator, keyword: languages.CompletionItemKind.Keyword,
  function: languages.CompletionItemKind.Function, value: languages.CompletionItemKind.Value,
  constant: languages.CompletionItemKind.EnumMember,
};

function suggestions({ items, start, end, incomplete }: FilterCompletions): languages.CompletionList {
  const range = rangeOf(start, end);
  return { suggestions: items.map((item, at) => suggestion(item, at, range)), incomplete };
}

const suggestion = (item: FilterCompletion, at: number, range: IRange): languages.CompletionItem => ({
  label: { label: item.label, detail: item.detail === '' ? '' : `  ${item.detail}`, description: item.note },
  kind: kKinds[item.kind],
  insertText: item.insert,
  insertTextRules: languages.CompletionItemInsertTextRule.InsertAsSnippet,
  range,
  sortText: String(at).padStart(5, '0'),
  ...(item.match === undefined ? {} : { filterText: item.match }),
  ...(item.help === undefined ? {} : { documentation: item.help }),
  ...(item.again === true ? { command: { id: 'editor.action.triggerSuggest', title: 'Suggest' } } : {}),
});

/** Names of values come from tables and captures: they are text, never markup. */
const escapeMarkdown = (text: string): string => text.replace(/[\\`*_{}[\]()<>#+\-.!|&~]/g, '\\$&');
