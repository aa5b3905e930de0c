/** Text that would act, in every field of packets, in everything a capture's page and a stream's page show of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hostileCapture, hostileNames, hostileTexts } from '../fixtures/generate/hostile.ts';
import { actingIn } from './acting.ts';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { tshark } from './tshark.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hostile-page-'));
const kFile = path.join(folder, 'texts.pcapng');
writeFileSync(kFile, hostileCapture);
afterAll(() => { rmSync(folder, { recursive: true }); });

let opened: EnginePage;
const open = useEnginePages();

/** Fewer lines than the tree's part of the page shows at once. */
const kScreen = 8;

const acting = (): Promise<readonly string[]> => actingIn(opened.page);
const select = async (frame: number): Promise<void> => {
  await opened.row(frame).click();
  await expect.poll(() => opened.selectedNumber()).toBe(frame);
  // Another packet's tree is at the place of the last one's.
  await opened.page.locator('.detail-pane .tree').press('Home');
  await expect.poll(() => opened.treeRow(/^Frame /).innerText()).toMatch(new RegExp(`^Frame ${String(frame)}:`));
};
/** The tree, all of it open, line by line from the first; checked at every screen of them. */
async function wholeTree(): Promise<readonly string[]> {
  const { page } = opened;
  const tree = page.locator('.detail-pane .tree');
  const lines: string[] = [];
  await tree.press('Home');
  for (let last = ''; ;) {
    await page.keyboard.press('Shift+ArrowRight');
    const row = await tree.getAttribute('aria-activedescendant') ?? '';
    if (row === last || lines.length % kScreen === 0) expect(await acting()).toEqual([]);
    if (row === last) return lines;
    last = row;
    // The row of this place may still show what was there before the branch above it was opened: only then is it not the selected one.
    lines.push(await page.locator(`.detail-pane .tree-row.selected[id="${row}"]:not([hidden]) .tree-label`).innerText());
    await page.keyboard.press('ArrowDown');
  }
}

test('rows, tooltips, details, bytes and the status line', async () => {
  opened = await open(kFile);
  expect(await acting()).toEqual([]);
  const infos = (await opened.column(6)).map((text) => text.trimEnd());
  expect(infos.length).toBeGreaterThan(16);
  expect(infos).toEqual(tshark(kFile, '-T', 'fields', '-e', '_ws.col.Info').map((text) => text.trimEnd()).slice(0, infos.length));
  const seen: string[] = [];
  for (const frame of [1, 4, 10]) {
    await select(frame);
    seen.push(...await wholeTree());
  }
  expect(seen).toContainEqual(expect.stringContaining('<script>document.title'));
  expect(seen).toContainEqual(expect.stringContaining('\\033[2J\\033[31mred'));
  expect(seen).toContainEqual(expect.stringContaining('exe.\\u202Egnp'));
  await opened.screenshot('hostile-text');
}, 120_000);

test('columns, filters of values, menus, completions, find and comments', async () => {
  opened = await open(kFile, 'dark', {
    columns: [{ title: hostileTexts.markup, shows: { field: 'http.host', occurrence: 0 }, width: 300, visible: true }, { title: 'No.', shows: 'number', width: 60, visible: true }, { title: 'Name', shows: { field: 'dns.qry.name', occurrence: 0 }, width: 300, visible: true }],
    rules: [{ name: hostileTexts.link, filter: 'http', color: 'red', enabled: true }],
  });
  const { page } = opened;
  expect(await acting()).toEqual([]);
  for (const [at, text] of Object.values(hostileTexts).slice(0, 7).entries()) {
    const frame = 1 + 3 * at;
    await opened.row(frame).locator('.cell').first().click({ button: 'right' });
    await page.locator('.context-menu').waitFor();
    expect(await acting(), text).toEqual([]);
    await opened.choose('Apply as Filter', 'Selected');
    // The value of the packet, and of no other.
    await expect.poll(() => opened.status()).toContain('Displayed: 1 ');
    expect(await opened.column(1)).toEqual([String(frame)]);
    expect(await acting(), text).toEqual([]);
    opened.command('stratoshark.filter.clear');
    await expect.poll(() => opened.status()).not.toContain('Displayed');
  }
  await page.locator('.filter-box .monaco-editor').first().click();
  await page.keyboard.type('http.host == ');
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget .monaco-list-row').first().waitFor();
  expect(await acting()).toEqual([]);
  await page.keyboard.press('Escape');
  opened.command('stratoshark.filter.clear');
  await opened.row(10).click();
  await page.keyboard.press('Control+Alt+c');
  await page.getByRole('heading', { name: 'Comments of Packet 10' }).waitFor();
  // A comment's own text is the user's to edit, as it is; its field shows what it holds and no more.
  expect(await page.getByLabel('Comment 1', { exact: true }).inputValue()).toBe(hostileTexts.direction);
  expect(await acting()).toEqual([]);
});

test.each(['markup', 'terminal', 'direction'] as const)('names of pods, containers, labels and processes: %s', async (name) => {
  const file = path.join(folder, `${name}.pcapng`);
  writeFileSync(file, hostileNames(hostileTexts[name]));
  opened = await open(file, 'dark', {
    columns: [{ title: 'No.', shows: 'number', width: 60, visible: true }, ...['k8s.pod.name', 'k8s.label', 'ebpf.process.comm'].map((field) => ({ title: field, shows: { field, occurrence: 0 }, width: 200, visible: true }))],
  });
  await select(2);
  const lines = await wholeTree();
  expect(lines).toContainEqual(expect.stringMatching(/Pod Name: ./));
  expect(await acting()).toEqual([]);
});
