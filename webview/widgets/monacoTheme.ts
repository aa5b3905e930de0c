/** Gives Monaco the colours of the VS Code theme in use, and follows its changes. */
import { editor } from 'monaco-editor/editor';

type Base = editor.IStandaloneThemeData['base'];

const kTheme = 'stratoshark';

/** Monaco colour → the CSS variables that VS Code sets in webviews, first one present wins. */
const kColors: Readonly<Record<string, readonly string[]>> = {
  'editor.background': ['--vscode-input-background', '--vscode-editor-background'],
  'editor.foreground': ['--vscode-input-foreground', '--vscode-editor-foreground'],
  'editorCursor.foreground': ['--vscode-editorCursor-foreground', '--vscode-foreground'],
  'editor.placeholder.foreground': ['--vscode-input-placeholderForeground'],
  'editor.selectionBackground': ['--vscode-editor-selectionBackground'],
  'editorError.foreground': ['--vscode-editorError-foreground'],
  'editorWarning.foreground': ['--vscode-editorWarning-foreground'],
  'editorHoverWidget.background': ['--vscode-editorHoverWidget-background'],
  'editorHoverWidget.foreground': ['--vscode-editorHoverWidget-foreground'],
  'editorHoverWidget.border': ['--vscode-editorHoverWidget-border'],
  'editorSuggestWidget.background': ['--vscode-editorSuggestWidget-background'],
  'editorSuggestWidget.foreground': ['--vscode-editorSuggestWidget-foreground'],
  'editorSuggestWidget.border': ['--vscode-editorSuggestWidget-border'],
  'editorSuggestWidget.selectedBackground': ['--vscode-editorSuggestWidget-selectedBackground'],
};

/** Token class → CSS variable; themes have no variables for syntax, charts and debug colours fit. */
const kTokens: Readonly<Record<string, string>> = {
  identifier: '--vscode-symbolIcon-fieldForeground',
  number: '--vscode-debugTokenExpression-number',
  string: '--vscode-debugTokenExpression-string',
  keyword: '--vscode-debugTokenExpression-name',
  operator: '--vscode-debugTokenExpression-name',
};

let following = false;

/** Defines the theme now and again whenever VS Code changes the body's class or variables. */
export function followTheme(): void {
  defineTheme();
  if (!following) {
    following = true;
    const watcher = new MutationObserver(defineTheme);
    watcher.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }
}

function defineTheme(): void {
  const style = getComputedStyle(document.documentElement);
  const read = (variable: string): string | undefined => hexColor(style.getPropertyValue(variable).trim());
  const colors: Record<string, string> = {};
  for (const [name, variables] of Object.entries(kColors)) {
    const value = variables.map(read).find((color) => color !== undefined);
    if (value !== undefined) {
      colors[name] = value;
    }
  }
  const rules = Object.entries(kTokens).flatMap(([token, variable]) => {
    const foreground = read(variable);
    return foreground === undefined ? [] : [{ token, foreground: foreground.slice(1, 7) }];
  });
  editor.defineTheme(kTheme, { base: baseOf(document.body.classList), inherit: true, rules, colors });
  editor.setTheme(kTheme);
}

function baseOf(classes: DOMTokenList): Base {
  if (classes.contains('vscode-high-contrast-light')) {
    return 'hc-light';
  }
  if (classes.contains('vscode-high-contrast')) {
    return 'hc-black';
  }
  return classes.contains('vscode-light') ? 'vs' : 'vs-dark';
}

/** Monaco takes #rrggbb and #rrggbbaa only; VS Code also gives rgb() and rgba(). */
function hexColor(text: string): string | undefined {
  if (/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(text)) {
    return text;
  }
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  if (short !== null) {
    return `#${short.slice(1).map((digit) => digit + digit).join('')}`;
  }
  const parts = /^rgba?\(([^)]+)\)$/.exec(text)?.[1]?.split(/[\s,/]+/).map(Number);
  if (parts === undefined || parts.length < 3 || parts.some(Number.isNaN)) {
    return undefined;
  }
  const [red = 0, green = 0, blue = 0, alpha = 1] = parts;
  const byte = (value: number): string => Math.round(value).toString(16).padStart(2, '0');
  return `#${byte(red)}${byte(green)}${byte(blue)}${alpha < 1 ? byte(alpha * 255) : ''}`;
}
