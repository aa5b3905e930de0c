/** "Explain a flow": two pods and a port to pick, the verdict with the line of YAML that decides. */
import * as vscode from 'vscode';
import { escapeLabel } from '../base/escape.ts';
import { ProblemError } from '../base/problem.ts';
import type { Explanation, PolicyEdit, PolicyEnd, PolicyFix, PolicyPlace } from '../contract/policy.ts';
import type { PolicyClient } from './policyClient.ts';
import { notify } from './notify.ts';
import { toWorkspaceEdit } from './policyEditor.ts';
import { toRange } from './policyRange.ts';

/** Shows a place in its file, selected. */
export async function reveal({ uri, range }: PolicyPlace, preserveFocus = false): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  const place = toRange(range);
  // A mark over many lines says less than its first one.
  const end = place.isSingleLine ? place.end : document.lineAt(place.start.line).range.end;
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(place.start, end), preserveFocus, viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
  });
}

/** Whether the text an edit was made for is still there; a page may be behind the editor by a keystroke. */
async function isCurrent({ uri, range, expected }: PolicyEdit): Promise<boolean> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  const end = document.offsetAt(toRange(range).end);
  return document.getText().slice(Math.max(0, end - expected.length), end) === expected;
}

/** Shows the change in the editor's own preview, part by part. */
export async function applyFix(fix: PolicyFix): Promise<void> {
  if (!(await Promise.all(fix.edits.map(isCurrent))).every((current) => current)) {
    throw new ProblemError('invalid', 'The file changed since this change was worked out.', 'Ask again, and take the new one.');
  }
  await vscode.workspace.applyEdit(toWorkspaceEdit(fix), { isRefactoring: true });
}

const kAddress = '$(globe) An address…';

async function pickEnd(title: string, ends: readonly PolicyEnd[]): Promise<string | undefined> {
  const items: vscode.QuickPickItem[] = [...ends.map(({ id, detail }) => ({ label: id, description: detail })), { label: kAddress, description: 'outside the cluster' }];
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'A pod, by name or label', matchOnDescription: true });
  if (picked?.label !== kAddress) return picked?.label;
  return vscode.window.showInputBox({ title, prompt: 'An IP address, such as 203.0.113.7' });
}

interface Port {
  readonly protocol: string;
  readonly port: string;
}

function parsePort(text: string): Port | undefined {
  const match = /^(?:(tcp|udp|sctp)[\s/]+)?([\w-]+)$/i.exec(text.trim());
  return match?.[2] === undefined ? undefined : { protocol: (match[1] ?? 'TCP').toUpperCase(), port: match[2] };
}

/** The receiver's own ports, or any typed. */
function pickPort(end: PolicyEnd | undefined): Promise<Port | undefined> {
  return new Promise((resolve) => {
    const pick = vscode.window.createQuickPick();
    const known = (end?.ports ?? []).map(({ protocol, port, name }) => ({ label: `${protocol}/${String(port)}`, description: name }));
    pick.title = 'Explain a flow: the port';
    pick.placeholder = 'TCP/8080, UDP/53, or the name of a port';
    pick.items = known;
    pick.onDidChangeValue((text) => {
      const typed = parsePort(text);
      const label = typed === undefined ? '' : `${typed.protocol}/${typed.port}`;
      pick.items = typed === undefined || known.some((item) => item.label === label) ? known : [...known, { label, description: 'as typed', alwaysShow: true }];
    });
    pick.onDidAccept(() => {
      resolve(parsePort(pick.selectedItems[0]?.label ?? pick.value));
      pick.dispose();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

interface Row extends vscode.QuickPickItem {
  readonly place?: PolicyPlace;
  readonly fix?: PolicyFix;
}

/** The verdict's lines to walk through: choosing one shows its YAML, choosing a change shows its preview. */
export async function showExplanation({ verdict, headline, label, lines, decisive, fixes }: Explanation): Promise<void> {
  if (decisive !== undefined) await reveal(decisive, true);
  const rows: Row[] = [
    { label: `${verdict === 'allow' ? '$(pass)' : '$(error)'} ${escapeLabel(headline)}`, description: label, ...(decisive === undefined ? {} : { place: decisive }) },
    ...lines.map(({ text, level, place }): Row => ({
      label: `${level === 0 ? '' : '\u2003'}${escapeLabel(text)}`,
      ...(place === undefined ? {} : { place, description: `line ${String(place.range.start.line + 1)}` }),
    })),
    ...fixes.map((fix): Row => ({ label: `$(lightbulb) ${escapeLabel(fix.title)}`, description: fix.detail, fix })),
  ];
  const picked = await vscode.window.showQuickPick(rows, { title: verdict === 'allow' ? 'Allowed' : 'Denied', placeHolder: 'Choose a line to see it, or a change to preview it' });
  if (picked?.fix !== undefined) await applyFix(picked.fix);
  else if (picked?.place !== undefined) await reveal(picked.place);
}

/** The whole command; `to` may be known. */
export async function explainFlow(client: PolicyClient, uri: vscode.Uri | undefined, to?: string): Promise<void> {
  const ends = await client.call('ends', undefined);
  if (ends.length === 0) {
    void notify.information('No pod is known: put Pods or workloads into the workspace, or choose an exported state with "Choose Cluster State for Policies".');
    return;
  }
  const from = await pickEnd('Explain a flow: who sends', ends);
  if (from === undefined) return;
  const receiver = to ?? (await pickEnd(`Explain a flow: who receives from ${from}`, ends));
  if (receiver === undefined) return;
  const port = await pickPort(ends.find(({ id }) => id === receiver));
  if (port === undefined) return;
  const request = { from, to: receiver, ...port, ...(uri === undefined ? {} : { uri: uri.toString() }) };
  await showExplanation(await client.call('explain', request));
}
