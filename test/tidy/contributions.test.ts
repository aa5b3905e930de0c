/** package.json contributes exactly the ids that the code knows (src/contract/contributions.ts). */
import { expect, test } from 'vitest';
import { captureEndings, Command, compressionEndings, ContextKey, kWalkthrough, Setting, View, ViewType } from '../../src/contract/contributions.ts';
import { PageAction } from '../../src/contract/pageActions.ts';
import { markedColor, rowColorId, rowColors } from '../../src/contract/rowColors.ts';
import { textOf } from './files.ts';

interface Manifest {
  readonly contributes: {
    readonly customEditors: readonly { readonly viewType: string; readonly selector: readonly { readonly filenamePattern: string }[] }[];
    readonly commands: readonly { readonly command: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly colors: readonly { readonly id: string; readonly defaults: Readonly<Record<string, string>> }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string; readonly description?: string; readonly markdownDescription?: string }>> };
    readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly { readonly description: string; readonly media: { readonly markdown: string } }[] }[];
    readonly viewsWelcome: readonly { readonly contents: string }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const { contributes, capabilities } = JSON.parse(textOf('package.json')) as Manifest;
const commands: readonly string[] = [...Object.values(Command), ...Object.values(PageAction)];
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

test('keys act in the capture editor or in the tree only', () => {
  const places = [`activeCustomEditorId == '${ViewType.capture}'`, `focusedView == ${View.clusters} && listFocus && !inputFocus`];
  expect(contributes.keybindings.filter(({ when }) => !places.includes(when ?? ''))).toEqual([]);
});

test('every action of the tree is in a menu of its rows or of the view, and in the palette', () => {
  const ofTree = Object.values(Command).filter((id) => /^stratoshark\.(?:cluster|agent)\./.test(id));
  const menus = new Set(['view/title', 'view/item/context'].flatMap((menu) => contributes.menus[menu] ?? []).map(({ command }) => command));
  // A click on its row does it.
  expect(ofTree.filter((id) => !menus.has(id) && id !== Command.openSaved)).toEqual([]);
  const hidden = (contributes.menus['commandPalette'] as readonly { readonly command: string; readonly when: string }[]).filter(({ when }) => when === 'false').map(({ command }) => command);
  expect(hidden.filter((id) => (ofTree as readonly string[]).includes(id) && id !== Command.openSaved)).toEqual([]);
  const conditions = JSON.stringify(contributes.menus);
  expect(conditions).toContain(ContextKey.treeSelection);
});

test('the walkthrough and the welcome views name commands that there are, and pages that there are', () => {
  expect(contributes.walkthroughs.map(({ id }) => id)).toEqual([kWalkthrough]);
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  const texts = [...steps.map(({ description }) => description), ...contributes.viewsWelcome.map(({ contents }) => contents)];
  const named = texts.flatMap((text) => [...text.matchAll(/\(command:([\w.]+)/g)].map(([, command = '']) => command));
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((command) => command.startsWith('stratoshark.') && !commands.includes(command) && command !== `${View.clusters}.focus`)).toEqual([]);
  for (const { media } of steps) expect(textOf(media.markdown).length).toBeGreaterThan(100);
});

test('every setting says what it does; those that name a kubeconfig, an image, a program or a folder belong to the machine', () => {
  const all = Object.entries(contributes.configuration.properties);
  expect(all.filter(([, { description = '', markdownDescription = '' }]) => `${description}${markdownDescription}`.length < 20).map(([name]) => name)).toEqual([]);
  expect(all.filter(([name, { scope }]) => /kubernetes\.|agent\.|capture\.folder|keylogFile/.test(name) && scope !== 'machine').map(([name]) => name)).toEqual([]);
});

test('settings that name files or change dissection are ignored in untrusted workspaces', () => {
  expect(capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted()).toEqual(
    settings.filter((name) => name !== Setting.coloring && name !== Setting.coloringRules).toSorted(),
  );
});

test('the editor opens every capture ending, plain and compressed', () => {
  const plain = `*.{${captureEndings.join(',')}}`;
  const patterns = contributes.customEditors.flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern));
  expect(patterns).toEqual([plain, `${plain}.{${compressionEndings.join(',')}}`]);
});

/** Relative luminance of #rrggbb (WCAG 2.1). */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test('every row color has two theme colors, readable in every theme (WCAG 2.1 AA: 4.5 to 1)', () => {
  const names = [...rowColors, markedColor];
  expect(contributes.colors.map(({ id }) => id)).toEqual(names.flatMap((name) => [rowColorId(name, 'Background'), rowColorId(name, 'Foreground')]));
  const colorOf = (id: string, theme: string): string => contributes.colors.find((color) => color.id === id)?.defaults[theme] ?? '';
  const hard = names.flatMap((name) => ['dark', 'light', 'highContrast', 'highContrastLight'].flatMap((theme) => {
    const [x, y] = (['Background', 'Foreground'] as const).map((part) => luminance(colorOf(rowColorId(name, part), theme)));
    const ratio = (Math.max(x ?? 0, y ?? 0) + 0.05) / (Math.min(x ?? 0, y ?? 0) + 0.05);
    return ratio >= 4.5 ? [] : [`${name} in ${theme}: ${ratio.toFixed(2)}`];
  }));
  expect(hard).toEqual([]);
});

test('the standard coloring rules use colors that there are', () => {
  const rules = (contributes.configuration.properties[Setting.coloringRules] as unknown as { readonly default: readonly { readonly color: string }[] }).default;
  expect(rules.length).toBeGreaterThan(10);
  expect(rules.map(({ color }) => color).filter((color) => !(rowColors as readonly string[]).includes(color))).toEqual([]);
});
