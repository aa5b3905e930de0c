/**
 * Rules in the gutter, like test coverage: what the open captures show of each. Color and form both tell the uses apart:
 * a whole bar, a broken one, an empty one. Gutter icons know light and dark only; high contrast is one of them.
 */
import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { RuleMark } from '../contract/policy.ts';
import { toRange } from './policyRange.ts';

const USES = ['allowed', 'denied', 'unused'] as const satisfies readonly RuleMark['use'][];

/** What is drawn in a field of 16 by 16, in the color given. */
const forms: Readonly<Record<RuleMark['use'], (color: string) => string>> = {
  allowed: (color) => `<rect x="6" width="4" height="16" fill="${color}"/>`,
  denied: (color) => `<rect x="6" width="4" height="6" fill="${color}"/><rect x="6" y="9" width="4" height="7" fill="${color}"/>`,
  unused: (color) => `<path d="M6.5 0v16M9.5 0v16" stroke="${color}"/>`,
};

/** Those of VS Code's own test coverage and errors, on light and on dark. */
const colors: Readonly<Record<RuleMark['use'], { readonly light: string; readonly dark: string }>> = {
  allowed: { light: '#388a34', dark: '#73c991' },
  denied: { light: '#d32f2f', dark: '#f14c4c' },
  unused: { light: '#6e6e6e', dark: '#a0a0a0' },
};

function icon(form: string): vscode.Uri {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16" preserveAspectRatio="none">${form}</svg>`;
  return vscode.Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`);
}

export class PolicyGutter implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly marksOf: (uri: vscode.Uri) => readonly RuleMark[];
  private readonly types: ReadonlyMap<RuleMark['use'], vscode.TextEditorDecorationType>;

  /** `marksOf`: what is known of a document now. */
  public constructor(marksOf: (uri: vscode.Uri) => readonly RuleMark[]) {
    this.marksOf = marksOf;
    this.types = new Map(USES.map((use) => [use, this.owned.add(vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      light: { gutterIconPath: icon(forms[use](colors[use].light)) },
      dark: { gutterIconPath: icon(forms[use](colors[use].dark)) },
      gutterIconSize: 'contain',
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    }))]));
    this.owned.add(vscode.window.onDidChangeVisibleTextEditors(() => { this.show(); }));
  }

  /** In every editor in view. */
  public show(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const marks = this.marksOf(editor.document.uri);
      for (const [use, type] of this.types) editor.setDecorations(type, marks.filter((mark) => mark.use === use).map(({ range }) => toRange(range)));
    }
  }

  public dispose(): void {
    this.owned.dispose();
  }
}
