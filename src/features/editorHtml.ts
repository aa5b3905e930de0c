/** The document a capture page runs in: nothing inline, nothing from elsewhere. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { escapeHtml } from '../base/escape.ts';

/** The folder of the page's bundle. */
export const pageFolder = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist', 'webview');

/** A page of webview/: the name of its bundle, and its title. */
export interface Page {
  readonly name: string;
  readonly title: string;
}

const capturePage: Page = { name: 'editor', title: 'Packet capture' };

export function editorHtml(webview: vscode.Webview, extension: vscode.Uri, page = capturePage): string {
  const nonce = randomBytes(16).toString('base64url');
  const asset = (name: string): string =>
    escapeHtml(webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extension), name)).toString());
  const source = webview.cspSource;
  const policy = [
    "default-src 'none'",
    `img-src ${source} data:`,
    `font-src ${source}`,
    // The editor widget and the controls write style attributes and sheets of their own.
    `style-src ${source} 'unsafe-inline'`,
    `script-src 'nonce-${nonce}' ${source}`,
    'worker-src blob:',
    `connect-src ${source}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<link rel="stylesheet" href="${asset(`${page.name}.css`)}">
<title>${escapeHtml(page.title)}</title>
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${asset(`${page.name}.js`)}"></script>
</body>
</html>`;
}
