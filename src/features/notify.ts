/** Notifications and dialogs. Messages hold names of files, clusters and packets: they say them and do nothing. */
import * as vscode from 'vscode';
import { escapeNotification } from '../base/escape.ts';

type Kind = 'Information' | 'Warning' | 'Error';

/** Resolves with the button that was pressed, undefined when the message was closed. */
async function show(kind: Kind, message: string, rest: readonly (string | vscode.MessageOptions)[]): Promise<string | undefined> {
  const [first, ...others] = rest;
  const text = escapeNotification(message);
  const tell = vscode.window[`show${kind}Message`];
  if (first === undefined || typeof first === 'string') return tell(text, ...(rest as readonly string[]));
  const detail = first.detail === undefined ? {} : { detail: escapeNotification(first.detail) };
  return tell(text, { ...first, ...detail }, ...(others as readonly string[]));
}

type Show = (message: string, ...optionsAndButtons: readonly (string | vscode.MessageOptions)[]) => Promise<string | undefined>;

export const notify = {
  information: (message, ...rest) => show('Information', message, rest),
  warning: (message, ...rest) => show('Warning', message, rest),
  error: (message, ...rest) => show('Error', message, rest),
} satisfies Readonly<Record<string, Show>>;

/** Work of some time, told as a notification that can be cancelled. */
export function notifyProgress<T>(
  title: string, work: (progress: vscode.Progress<{ readonly message?: string; readonly increment?: number }>, token: vscode.CancellationToken) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: escapeNotification(title), cancellable: true };
  return Promise.resolve(vscode.window.withProgress(options, (progress, token) => work({
    report: ({ message, ...others }) => { progress.report({ ...others, ...(message === undefined ? {} : { message: escapeNotification(message) }) }); },
  }, token)));
}
