/** "Capture on this machine…": asks for interfaces and a filter, begins; and the command that ends it. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { toProblem } from '../base/problem.ts';
import { captureFilterFault, interfaceRequest, localInterfaces } from '../capture/localCapture.ts';
import { Command } from '../contract/contributions.ts';
import type { LiveInterface } from '../contract/live.ts';
import { LocalCaptures } from './localCaptures.ts';
import { notify } from './notify.ts';

/** Remembered in the extension's state: what was captured last. */
const kLast = 'capture.last';

interface Last {
  readonly interfaces: readonly string[];
  readonly filter: string;
}

interface InterfacePick extends vscode.QuickPickItem {
  readonly id: string;
}

/** Registers the commands; what they start is for the editors to show. */
export function registerLocalCaptures(context: vscode.ExtensionContext): LocalCaptures {
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
  const captures = new LocalCaptures({ script }, context.globalStorageUri, context.globalState);
  const shown = (work: () => Promise<void>) => async (): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      const { cause, remedy } = toProblem(thrown, 'Capturing');
      void notify.error(remedy === '' ? cause : `${cause} ${remedy}`);
    }
  };
  context.subscriptions.push(
    captures,
    vscode.commands.registerCommand(Command.captureHere, shown(() => captureHere(captures, context.globalState))),
    vscode.commands.registerCommand(Command.stopCapture, shown(() => stopCapture(captures))),
  );
  return captures;
}

async function captureHere(captures: LocalCaptures, memory: vscode.Memento): Promise<void> {
  const last = memory.get<Last>(kLast) ?? { interfaces: [], filter: '' };
  const interfaces = await chooseInterfaces(await localInterfaces(captures.command), last.interfaces);
  if (interfaces === undefined) {
    return;
  }
  const filter = await chooseFilter(captures, interfaces, last.filter);
  if (filter === undefined) {
    return;
  }
  await captures.start(interfaceRequest(interfaces, filter));
  await memory.update(kLast, { interfaces, filter });
}

async function chooseInterfaces(list: readonly LiveInterface[], last: readonly string[]): Promise<readonly string[] | undefined> {
  const picks: InterfacePick[] = [
    { id: 'any', label: '$(globe) any', description: 'all interfaces, and those that come', picked: last.includes('any') },
    ...list.map(({ name, up, loopback, addresses }) => ({
      id: name,
      label: `$(${loopback ? 'sync' : 'plug'}) ${name}`,
      description: [...(up ? [] : ['down']), ...addresses].join('  '),
      picked: last.includes(name),
    })),
  ];
  const chosen = await pickInterfaces(picks);
  if (chosen.length === 0) {
    return undefined;
  }
  // All of them has each of them.
  return chosen.some(({ id }) => id === 'any') ? ['any'] : chosen.map(({ id }) => id);
}

/** Those checked; Enter without a check means the one that is highlighted, and without that asks on. None where the choice was left. */
function pickInterfaces(picks: readonly InterfacePick[]): Promise<readonly InterfacePick[]> {
  const choice = vscode.window.createQuickPick<InterfacePick>();
  choice.title = 'Capture on this machine (1 of 2)';
  choice.placeholder = 'Interfaces to capture on: check some, or Enter on one';
  choice.canSelectMany = true;
  choice.matchOnDescription = true;
  choice.items = picks;
  choice.selectedItems = picks.filter(({ picked }) => picked);
  return new Promise((resolve) => {
    choice.onDidAccept(() => {
      const chosen = choice.selectedItems.length > 0 ? choice.selectedItems : choice.activeItems;
      if (chosen.length === 0) return;
      resolve(chosen);
      choice.hide();
    });
    choice.onDidHide(() => {
      resolve([]);
      choice.dispose();
    });
    choice.show();
  });
}

async function chooseFilter({ command }: LocalCaptures, interfaces: readonly string[], last: string): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Capture on this machine (2 of 2)',
    prompt: `Capture filter for ${interfaces.join(', ')}, such as "host 10.0.0.5 and tcp port 443". Empty captures everything; Enter begins.`,
    value: last,
    placeHolder: 'host, net, port, tcp, udp, vlan …',
    ignoreFocusOut: true,
    validateInput: async (input) => {
      const fault = await captureFilterFault(command, input);
      return fault === '' ? undefined : fault;
    },
  });
  return text?.trim();
}

async function stopCapture(captures: LocalCaptures): Promise<void> {
  const { running } = captures;
  const [only] = running;
  if (running.length === 1 && only !== undefined) {
    only.capture.stop();
    return;
  }
  const chosen = await vscode.window.showQuickPick(
    running.map(({ path, capture }) => ({ label: capture.request.source, description: basename(path), capture })),
    { title: 'Stop Capturing', canPickMany: true },
  );
  chosen?.forEach(({ capture }) => { capture.stop(); });
}
