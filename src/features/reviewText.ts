/** Read-only documents that people look at before something is applied. */
import * as vscode from 'vscode';
import { kManifestScheme } from '../contract/contributions.ts';

export class ReviewText implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private number = 0;

  /** Keeps a text under a name of its own; it is let go when its document closes. */
  public put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: kManifestScheme, path: `/${name}`, query: String(++this.number) });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  public provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '# This was shown before something was applied; run the command again.\n';
  }

  public register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(kManifestScheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => { this.texts.delete(uri.toString()); }),
    );
  }
}
