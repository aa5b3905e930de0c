/** A one-line Monaco editor for an expression that is checked while it is typed. */
// The popup of completions: features/suggest/register gives none.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController.js';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codeEditor/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/placeholderText/register';
import 'monaco-editor/features/wordOperations/register';
import { editor, KeyCode, KeyMod, languages, MarkerSeverity } from 'monaco-editor/editor';
import type { FilterSignature } from '../../src/contract/language.ts';
import { element } from '../base/dom.ts';
import { attachHelp, type FilterBoxHelp } from './filterBoxHelp.ts';
import { followTheme } from './monacoTheme.ts';

/** A message at a place of the text (UTF-16 offsets). */
export interface FilterBoxMessage {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly severity: 'error' | 'warning';
  /** `deprecated` is told apart. */
  readonly code?: string;
  /** Text that is right in place of [start, end). */
  readonly replacement?: string;
}

/** What the text is worth; "empty" filters nothing. */
export type FilterBoxState = 'empty' | 'valid' | 'deprecated' | 'doubtful' | 'invalid';

export interface FilterBoxOptions {
  readonly languageId: string;
  readonly language: languages.IMonarchLanguage;
  readonly placeholder: string;
  readonly label: string;
  readonly value: string;
  /** Earlier texts, oldest first. */
  readonly history: readonly string[];
  readonly help: FilterBoxHelp;
  /** Messages for a text; an older check's answer is ignored once the text has changed. */
  readonly check: (text: string) => Promise<readonly FilterBoxMessage[]>;
  readonly onState: (state: FilterBoxState) => void;
  /** The function call the cursor is in, if it is in one. */
  readonly onSignature: (signature: FilterSignature | undefined) => void;
  readonly onApply: (text: string) => void;
  /** Escape on an empty box: give the focus back. */
  readonly onLeave: () => void;
}

const kMarkerOwner = 'stratoshark';
const kCheckDelay = 120;

export class FilterBox {
  public readonly root: HTMLElement;

  private readonly options: FilterBoxOptions;
  private readonly editor: editor.IStandaloneCodeEditor;
  private history: readonly string[];
  private historyAt: number;
  /** What was being written when the history was gone into. */
  private draft = '';
  private messages: readonly FilterBoxMessage[] = [];
  private checkTimer: number | undefined;
  private signatureTimer: number | undefined;

  public constructor(options: FilterBoxOptions) {
    this.options = options;
    this.history = options.history;
    this.historyAt = this.history.length;
    registerLanguage(options.languageId, options.language);
    followTheme();
    this.root = element('div', { className: 'filter-box' });
    this.editor = editor.create(this.root, {
      ...kSingleLine,
      value: options.value,
      language: options.languageId,
      ariaLabel: options.label,
      placeholder: options.placeholder,
      ...fontOfPage(),
    });
    const model = this.editor.getModel();
    if (model !== null) {
      attachHelp(options.languageId, model, options.help);
    }
    this.bindKeys();
    this.editor.onDidChangeModelContent(() => { this.onEdited(); });
    this.editor.onDidChangeCursorPosition(() => { this.onMoved(); });
    // A widget drawn over the page must not cut its popups off at the box's edge.
    this.editor.onDidFocusEditorText(() => { this.root.classList.add('focused'); });
    this.editor.onDidBlurEditorText(() => { this.root.classList.remove('focused'); });
  }

  public get text(): string {
    return this.editor.getValue();
  }

  /** Replaces the text, as an edit that can be undone. */
  public setText(text: string): void {
    const model = this.editor.getModel();
    if (model !== null && model.getValue() !== text) {
      this.editor.executeEdits('set', [{ range: model.getFullModelRange(), text }]);
      this.editor.setPosition({ lineNumber: 1, column: text.length + 1 });
    }
  }

  public focus(): void {
    this.editor.focus();
  }

  /** Shows messages at their places; colours the box by the worst of them. */
  public showMessages(messages: readonly FilterBoxMessage[]): void {
    const model = this.editor.getModel();
    if (model === null) {
      return;
    }
    const length = model.getValueLength();
    editor.setModelMarkers(model, kMarkerOwner, messages.map(({ start, end, message, severity }) => {
      // An error at the end of the text has no character of its own: mark the last one.
      const from = Math.max(0, Math.min(start, length - 1));
      const to = Math.max(from + 1, Math.min(end, length));
      return {
        message,
        severity: severity === 'error' ? MarkerSeverity.Error : MarkerSeverity.Warning,
        startLineNumber: 1, startColumn: from + 1, endLineNumber: 1, endColumn: to + 1,
      };
    }));
    this.messages = messages;
    this.showState(stateOf(this.text, messages));
  }

  /** Puts the first remedy offered in its place. */
  public applyRemedy(): void {
    const remedy = this.messages.find(({ replacement }) => replacement !== undefined);
    if (remedy?.replacement !== undefined) {
      const { start, end, replacement } = remedy;
      const range = { startLineNumber: 1, startColumn: start + 1, endLineNumber: 1, endColumn: end + 1 };
      this.editor.executeEdits('remedy', [{ range, text: replacement }]);
      this.editor.setPosition({ lineNumber: 1, column: start + replacement.length + 1 });
      this.focus();
    }
  }

  /** Entries of the history, oldest first. */
  public setHistory(history: readonly string[]): void {
    this.history = history;
    this.historyAt = history.length;
  }

  private showState(state: FilterBoxState): void {
    this.root.dataset['state'] = state;
    this.options.onState(state);
  }

  private bindKeys(): void {
    const box = this.editor;
    const apply = (): void => {
      box.trigger('apply', 'hideSuggestWidget', undefined);
      this.options.onApply(this.text);
    };
    // A list that opened by itself has nothing chosen: Enter then means the filter as it is written.
    box.addCommand(KeyCode.Enter, apply, '!suggestWidgetHasFocusedSuggestion');
    box.addCommand(KeyMod.Shift | KeyCode.Enter, apply);
    box.addCommand(KeyCode.Tab, () => {
      box.trigger('tab', 'selectFirstSuggestion', undefined);
      box.trigger('tab', 'acceptSelectedSuggestion', undefined);
    }, 'suggestWidgetVisible && !suggestWidgetHasFocusedSuggestion');
    box.addCommand(KeyMod.Alt | KeyCode.Enter, () => { this.applyRemedy(); });
    box.addCommand(KeyCode.Escape, () => { this.onEscape(); }, '!suggestWidgetVisible && !editorHoverVisible');
    box.addCommand(KeyCode.UpArrow, () => { this.recall(-1); }, '!suggestWidgetVisible');
    box.addCommand(KeyCode.DownArrow, () => { this.recall(1); }, '!suggestWidgetVisible');
  }

  private onEscape(): void {
    if (this.text === '') {
      this.options.onLeave();
    } else {
      this.setText('');
    }
  }

  private recall(step: number): void {
    const at = Math.min(this.history.length, Math.max(0, this.historyAt + step));
    if (at !== this.historyAt) {
      if (this.historyAt === this.history.length) {
        this.draft = this.text;
      }
      this.historyAt = at;
      this.setText(this.history[at] ?? this.draft);
      this.editor.trigger('history', 'hideSuggestWidget', undefined);
    }
  }

  private onEdited(): void {
    const text = this.text;
    if (/[\r\n]/.test(text)) {
      this.setText(text.replace(/[\r\n]+/g, ' '));
      return;
    }
    if (text === '') {
      this.showMessages([]);
    }
    clearTimeout(this.checkTimer);
    this.checkTimer = window.setTimeout(() => { void this.check(text); }, kCheckDelay);
  }

  /** The list of completions lies where Monaco would show a signature: the owner shows it elsewhere. */
  private onMoved(): void {
    const text = this.text;
    const offset = (this.editor.getPosition()?.column ?? 1) - 1;
    if (!text.slice(0, offset).includes('(')) {
      this.options.onSignature(undefined);
      return;
    }
    clearTimeout(this.signatureTimer);
    this.signatureTimer = window.setTimeout(() => {
      this.options.help.signature({ text, offset }).then(this.options.onSignature, () => { this.options.onSignature(undefined); });
    }, kCheckDelay);
  }

  private async check(text: string): Promise<void> {
    const messages = await this.options.check(text);
    if (text === this.text) {
      this.showMessages(messages);
    }
  }
}

const kSingleLine: editor.IStandaloneEditorConstructionOptions = {
  automaticLayout: true,
  contextmenu: false,
  cursorWidth: 1,
  fixedOverflowWidgets: true,
  folding: false,
  glyphMargin: false,
  guides: { indentation: false },
  hideCursorInOverviewRuler: true,
  lineDecorationsWidth: 4,
  lineHeight: 22,
  lineNumbers: 'off',
  lineNumbersMinChars: 0,
  links: false,
  matchBrackets: 'never',
  minimap: { enabled: false },
  occurrencesHighlight: 'off',
  overviewRulerBorder: false,
  overviewRulerLanes: 0,
  padding: { top: 0, bottom: 0 },
  quickSuggestions: { other: 'on', strings: 'on', comments: 'off' },
  quickSuggestionsDelay: 60,
  suggest: { selectionMode: 'never', showStatusBar: false, showWords: false, snippetsPreventQuickSuggestions: false },
  suggestLineHeight: 22,
  renderLineHighlight: 'none',
  renderValidationDecorations: 'on',
  roundedSelection: false,
  scrollbar: { horizontal: 'hidden', vertical: 'hidden', alwaysConsumeMouseWheel: false, handleMouseWheel: false },
  scrollBeyondLastColumn: 0,
  scrollBeyondLastLine: false,
  selectionHighlight: false,
  stickyScroll: { enabled: false },
  // Tab moves on to the next pane instead of writing a tab into the filter.
  tabFocusMode: true,
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
  wordBasedSuggestions: 'off',
  wordWrap: 'off',
  wrappingStrategy: 'simple',
};

function stateOf(text: string, messages: readonly FilterBoxMessage[]): FilterBoxState {
  if (messages.some(({ severity }) => severity === 'error')) return 'invalid';
  if (messages.some(({ code }) => code === 'deprecated')) return 'deprecated';
  if (messages.length > 0) return 'doubtful';
  return text.trim() === '' ? 'empty' : 'valid';
}

function fontOfPage(): editor.IEditorOptions {
  const style = getComputedStyle(document.body);
  const size = Number.parseFloat(style.getPropertyValue('--vscode-editor-font-size'));
  const family = style.getPropertyValue('--vscode-editor-font-family').trim();
  return { fontSize: Number.isFinite(size) ? Math.min(size, 15) : 13, ...(family === '' ? {} : { fontFamily: family }) };
}

function registerLanguage(id: string, language: languages.IMonarchLanguage): void {
  if (!languages.getLanguages().some((known) => known.id === id)) {
    languages.register({ id });
    languages.setMonarchTokensProvider(id, language);
    languages.setLanguageConfiguration(id, {
      brackets: [['(', ')'], ['{', '}'], ['[', ']']],
      autoClosingPairs: [{ open: '(', close: ')' }, { open: '{', close: '}' }, { open: '[', close: ']' }, { open: '"', close: '"' }],
    });
  }
}
