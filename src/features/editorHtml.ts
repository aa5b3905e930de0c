/** The document a capture page runs in: nothing inline, nothing from elsewhere. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { escapeHtml } from '../base/escape.ts';

/** The folder of the page's bundle. */
export const pageFolder = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist', 'webview');

export function editorHtml(webview: vscode.Webview, extension: vscode.Uri): string {
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
<link rel="stylesheet" href="${asset('editor.css')}">
<title>Packet capture</title>
</head>
<body>
<div id="app"></div>
<script type="module" nonce="${nonce}" src="${asset('editor.js')}"></script>
</body>
</html>`;
}
