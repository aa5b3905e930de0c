/** What people see and confirm before anything is applied to a cluster. */
import * as vscode from 'vscode';
import { stringify } from 'yaml';
import type { Step } from '../../capture/deployment/apply.ts';
import type { Manifests } from '../../capture/deployment/manifests.ts';
import type { ReviewText } from '../reviewText.ts';
import { notify } from '../notify.ts';

/** Written by the server, of no use to who compares. */
const served = new Set(['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation']);

type Json = Readonly<Record<string, unknown>>;

/** As YAML, without what only servers write; '' for nothing. */
function shown(object: unknown): string {
  if (object === undefined) return '';
  const { metadata, status: _status, ...rest } = object as Json;
  const meta = Object.fromEntries(Object.entries((metadata ?? {}) as Json).filter(([key]) => !served.has(key)));
  return stringify({ ...rest, metadata: meta }, { sortMapEntries: true, lineWidth: 0 });
}

/** Whether applying it would change anything. */
export const changes = ({ live, after, kept }: Step): boolean => !kept && shown(live) !== shown(after);

/** Shows the manifests where nothing is there yet, else what would become another. */
export async function showPlan(review: ReviewText, manifests: Manifests, steps: readonly Step[], context: string): Promise<void> {
  if (steps.every(({ live, manifest }) => live === undefined || manifest.kind === 'Namespace')) {
    const document = await vscode.workspace.openTextDocument(review.put(`Agent for ${context.replaceAll('/', '_')}.yaml`, manifests.text));
    await vscode.languages.setTextDocumentLanguage(document, 'yaml');
    await vscode.window.showTextDocument(document, { preview: true });
    return;
  }
  const [before, after] = (['live', 'after'] as const).map((side) =>
    review.put(`Agent ${side === 'live' ? 'now' : 'then'}.yaml`, steps.filter(changes).map((step) => shown(step[side])).filter((text) => text !== '').join('---\n')));
  if (before === undefined || after === undefined) return;
  await vscode.commands.executeCommand('vscode.diff', before, after, `Agent in ${context}: now ↔ then`, { preview: true });
}

export interface Question {
  readonly question: string;
  readonly detail: string;
  readonly answer: string;
}

/** Asks in a dialog; "Look First" leaves the document free to be read, and asks again beside it. */
export async function confirm({ question, detail, answer }: Question): Promise<boolean> {
  const look = 'Look First';
  const first = await notify.information(question, { modal: true, detail }, answer, look);
  if (first !== look) return first === answer;
  return (await notify.information(question, answer, 'Cancel')) === answer;
}
