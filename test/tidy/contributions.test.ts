/** package.json contributes exactly the ids that the code knows (src/contract/contributions.ts). */
import { expect, test } from 'vitest';
import { captureEndings, Command, compressionEndings, Setting, ViewType } from '../../src/contract/contributions.ts';
import { textOf } from './files.ts';

interface Manifest {
  readonly contributes: {
    readonly customEditors: readonly { readonly viewType: string; readonly selector: readonly { readonly filenamePattern: string }[] }[];
    readonly commands: readonly { readonly command: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const { contributes, capabilities } = JSON.parse(textOf('package.json')) as Manifest;
const commands: readonly string[] = Object.values(Command);
const settings: readonly string[] = Object.values(Setting);

test('commands, settings and editors are those of the code', () => {
  expect(contributes.commands.map(({ command }) => command).toSorted()).toEqual(commands.toSorted());
  expect(Object.keys(contributes.configuration.properties).toSorted()).toEqual(settings.toSorted());
  expect(contributes.customEditors.map(({ viewType }) => viewType)).toEqual(Object.values(ViewType));
});

test('keys and menus name known commands', () => {
  const named = [...contributes.keybindings, ...Object.values(contributes.menus).flat()].map(({ command }) => command);
  expect(named.filter((command) => !commands.includes(command))).toEqual([]);
});

test('keys act in the capture editor only', () => {
  const elsewhere = contributes.keybindings.filter(({ when }) => when !== `activeCustomEditorId == '${ViewType.capture}'`);
  expect(elsewhere).toEqual([]);
});

test('settings that name files or change dissection are ignored in untrusted workspaces', () => {
  expect(capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted()).toEqual(settings.toSorted());
});

test('the editor opens every capture ending, plain and compressed', () => {
  const plain = `*.{${captureEndings.join(',')}}`;
  const patterns = contributes.customEditors.flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern));
  expect(patterns).toEqual([plain, `${plain}.{${compressionEndings.join(',')}}`]);
});
