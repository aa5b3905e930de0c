/** The first steps: the walkthrough, the sample capture, the log. */
import { copyFile, chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Command, kWalkthrough, ViewType } from '../contract/contributions.ts';
import { notify } from './notify.ts';

/** The shop of the samples: HTTP with an error, DNS, a lost segment. */
const kSample = 'shop.pcapng';

/** Opens a copy, so that nothing done to it touches what is installed. */
async function openDemo(context: vscode.ExtensionContext): Promise<void> {
  const folder = join(context.globalStorageUri.fsPath, 'demo');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, kSample);
  await copyFile(join(context.extensionPath, 'test', 'fixtures', 'demo', kSample), file);
  await chmod(file, 0o600);
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), ViewType.capture);
}

export function registerGettingStarted(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  context.subscriptions.push(
    vscode.commands.registerCommand(Command.showLog, () => { log.show(); }),
    vscode.commands.registerCommand(Command.getStarted, () => vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#${kWalkthrough}`, false)),
    vscode.commands.registerCommand(Command.openDemo, async () => {
      try {
        await openDemo(context);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        log.error(`The sample capture: ${text}`);
        void notify.error(`The sample capture cannot be opened (${text}): reinstall the extension, or open a capture of your own.`);
      }
    }),
  );
}
