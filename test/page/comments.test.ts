/** Comments and marks of packets: shown, filtered by, taken back. What files say afterwards is tested in the workbench. */
import { expect, test } from 'vitest';
import { useEnginePages, type EnginePage } from './enginePage.ts';

const kFile = 'http-get.pcapng';
const hostile = '<img src=x onerror="document.title=1"> [run](command:workbench.action.quit) \u001b[31m';

let opened: EnginePage;
const open = useEnginePages();

const text = (number: number) => opened.page.getByLabel(`Comment ${String(number)}`, { exact: true });
const saveButton = () => opened.page.locator('.status-button', { hasText: 'Save' });

/** The dialog of the selected packet, by its key. */
async function begin(frame: number): Promise<void> {
  await opened.row(frame).click();
  await opened.page.keyboard.press('Control+Alt+c');
  await opened.page.getByRole('heading', { name: `Comments of Packet ${String(frame)}` }).waitFor();
}

/** The same, once it begins with these words: the page hears of a change a little after it was made. */
async function beginWith(frame: number, words: string): Promise<void> {
  await expect.poll(async () => {
    await begin(frame);
    const value = await text(1).inputValue();
    if (value !== words) await opened.page.keyboard.press('Escape');
    return value;
  }).toBe(words);
}

async function comment(frame: number, words: string): Promise<void> {
  await begin(frame);
  await text(1).fill(words);
  await opened.page.keyboard.press('Control+Enter');
  await expect.poll(() => opened.row(frame).getAttribute('class')).toContain('commented');
}

test('a comment is written, shown in list and tree, filtered by, and taken back by VS Code\'s undo', async () => {
  opened = await open(kFile);
  await comment(4, 'slow <b>answer</b>');
  await expect.poll(() => opened.row(4).getAttribute('title')).toContain('Commented');
  await expect.poll(() => opened.treeRow('Packet comments').count()).toBe(1);
  await expect.poll(() => saveButton().innerText()).toBe('Save (1 commented)');
  await opened.applyFilter('frame.comment contains "slow <b>"');
  await expect.poll(() => opened.column(0)).toEqual(['4']);
  await opened.screenshot('comment-dark');
  // The filter follows what is commented.
  expect(opened.edits.map(({ frame }) => frame)).toEqual([4]);
  await opened.edits[0]?.undo();
  await expect.poll(() => opened.column(0)).toEqual([]);
  await expect.poll(() => saveButton().count()).toBe(0);
  await opened.edits[0]?.redo();
  await expect.poll(() => opened.column(0)).toEqual(['4']);
  await saveButton().click();
  await expect.poll(() => opened.saves).toBe(1);
});

test('several comments, changed and taken away with the keyboard; Escape changes nothing', async () => {
  const { page } = opened = await open(kFile);
  await begin(2);
  await page.keyboard.type('first');
  await page.getByRole('button', { name: 'Another Comment' }).press('Enter');
  await page.keyboard.type('second\nline');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => opened.row(2).getAttribute('class')).toContain('commented');
  await beginWith(2, 'first');
  await expect.poll(() => text(2).inputValue()).toBe('second\nline');
  await text(1).fill('not kept');
  await page.keyboard.press('Escape');
  await beginWith(2, 'first');
  await page.getByLabel('Take this comment away').first().click();
  await page.keyboard.press('Control+Enter');
  await beginWith(2, 'second\nline');
  await text(1).fill(' ');
  await page.getByRole('button', { name: 'OK' }).click();
  await expect.poll(() => opened.row(2).getAttribute('class')).not.toContain('commented');
});

test('a comment is text wherever it is shown', async () => {
  const { page } = opened = await open(kFile);
  await comment(3, hostile);
  await expect.poll(() => opened.treeRow('Packet comments').count()).toBe(1);
  await opened.treeRow('Packet comments').locator('.twisty').click();
  await expect.poll(() => opened.treeRow('<img src=x').count()).toBe(1);
  await beginWith(3, hostile);
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).not.toBe('1');
});

test('marks are the capture\'s: filtered by, stepped through, taken back', async () => {
  const { page } = opened = await open(kFile);
  for (const frame of [2, 6]) {
    await opened.row(frame).click();
    await page.keyboard.press('Control+m');
    await expect.poll(() => opened.row(frame).getAttribute('class')).toContain('marked');
  }
  await expect.poll(() => saveButton().innerText()).toBe('Save (2 marked)');
  await opened.applyFilter('frame.marked == 1');
  await expect.poll(() => opened.column(0)).toEqual(['2', '6']);
  await page.locator('.packets').focus();
  await page.keyboard.press('Control+m');
  await expect.poll(async () => (await opened.column(0)).length).toBe(1);
  opened.command('stratoshark.filter.clear');
  await opened.row(4).click({ button: 'right' });
  await opened.choose('Unmark All');
  await expect.poll(() => page.locator('.packet.marked').count()).toBe(0);
  await expect.poll(() => saveButton().count()).toBe(0);
});

test.each(['light', 'high-contrast'] as const)('comments in %s', async (theme) => {
  opened = await open(kFile, theme);
  await comment(4, 'slow answer');
  await begin(4);
  await opened.screenshot(`comment-dialog-${theme}`);
});
