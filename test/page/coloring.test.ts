/** Coloring rules: which rule a row is colored by is what tshark's display filters say, the first one winning. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { captures, useEnginePages, standardPreferences, type EnginePage } from './enginePage.ts';
import { framesOf } from './tshark.ts';

let opened: EnginePage;

const open = useEnginePages();

/** Names of the rules the rows in view are colored by, by packet number. */
const colored = async (): Promise<Readonly<Record<string, string>>> => {
  await opened.rows();
  return Object.fromEntries(await opened.page.locator('.packet:not([hidden])').evaluateAll((rows) =>
    rows.map((row) => [row.querySelector('.cell--number')?.textContent ?? '', row.getAttribute('title') ?? ''] as const)));
};

function refereed(file: string): Readonly<Record<string, string>> {
  const rules = standardPreferences.rules.map(({ name, filter }) => ({ name, frames: new Set(framesOf(file, filter)) }));
  const all = framesOf(file, 'frame');
  return Object.fromEntries(all.map((n) => [String(n), rules.find(({ frames }) => frames.has(n))?.name ?? '']));
}

test('the rows of captures with all kinds of trouble', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'coloring-')), 'mixed.pcapng');
  const parts = ['tcp-reset.pcapng', 'tcp-fast-retransmission.pcapng', 'dns-failures.pcapng', 'icmpv6.pcap', 'arp.pcap', 'http-errors.pcapng'];
  execFileSync('mergecap', ['-a', '-w', file, ...parts.map((name) => path.join(captures, name))], { stdio: 'ignore' });
  const want = refereed(file);
  for (const name of ['TCP reset', 'TCP trouble', 'DNS failure', 'ICMP error', 'ARP', 'HTTP error', 'TCP start and end', 'TCP']) {
    expect(Object.values(want)).toContain(name);
  }
  opened = await open(file);
  await opened.page.setViewportSize({ width: 1300, height: 6000 });
  await expect.poll(async () => Object.keys(await colored()).length).toBe(Object.keys(want).length);
  await expect.poll(() => colored()).toEqual(want);
}, 120_000);

test.each(['dark', 'light', 'high-contrast'] as const)('rows in %s: text and background at 4.5 to 1, and a line at the start', async (theme) => {
  opened = await open('http-errors.pcapng', theme);
  await expect.poll(() => opened.page.locator('.packet.colored:not([hidden]):not(.selected)').count()).toBeGreaterThan(3);
  await opened.rows();
  await opened.screenshot(`colors-${theme}`);
  const rows = await opened.page.locator('.packet.colored:not([hidden]):not(.selected)').evaluateAll((all) => all.map((row) => {
    const style = getComputedStyle(row);
    return { text: getComputedStyle(row.querySelector('.cell--info') ?? row).color, back: style.backgroundColor, shadow: style.boxShadow };
  }));
  expect(rows.length).toBeGreaterThan(3);
  for (const { text, back, shadow } of rows) {
    expect(contrast(text, back)).toBeGreaterThanOrEqual(4.5);
    expect(shadow).toContain('inset');
  }
});

test.each(['dark', 'light', 'high-contrast'] as const)('what the tree says of a packet\'s trouble can be read in %s', async (theme) => {
  opened = await open('http-get.pcapng', theme);
  await opened.treeRow(/^Transmission Control/).waitFor();
  const shades = await opened.page.evaluate(() => {
    const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (brush === null) throw new Error('nothing to paint with');
    // Painted over each other: some are mixed, or let the page's own through.
    const painted = (...colors: readonly string[]): string => {
      for (const color of colors) {
        brush.fillStyle = color;
        brush.fillRect(0, 0, 1, 1);
      }
      return `rgb(${brush.getImageData(0, 0, 1, 1).data.slice(0, 3).join(', ')})`;
    };
    const page = getComputedStyle(document.body).backgroundColor;
    const row = document.querySelector<HTMLElement>('.tree-row[aria-level="1"]:not(.selected)');
    const label = row?.querySelector('.tree-label');
    if (!row || !label) throw new Error('no tree');
    return ['comment', 'chat', 'note', 'warn', 'error'].map((severity) => {
      row.className = `vlist-row tree-row severity-${severity}`;
      return { severity, text: painted(getComputedStyle(label).color), back: painted(page, getComputedStyle(row).backgroundColor) };
    });
  });
  for (const { severity, text, back } of shades) expect(contrast(text, back), severity).toBeGreaterThanOrEqual(4.5);
});

test('rules are switched off and on, a rule is added, and a wrong one refused', async () => {
  opened = await open('http-get.pcapng');
  const { page } = opened;
  opened.command('stratoshark.coloring.toggle');
  await expect.poll(() => page.locator('.packet.colored:not([hidden])').count()).toBe(0);
  opened.command('stratoshark.coloring.toggle');
  await expect.poll(() => page.locator('.packet.colored:not([hidden])').count()).toBeGreaterThan(3);
  opened.command('stratoshark.coloring.rules');
  await page.getByRole('button', { name: 'New Rule' }).click();
  const first = page.locator('.rule-row').first();
  await first.getByLabel('Name').fill('Requests');
  await first.getByLabel('Filter').fill('http.request &&');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => page.locator('.dialog-note').innerText()).not.toBe('');
  await expect.poll(() => page.locator('.dialog').count()).toBe(1);
  await first.getByLabel('Filter').fill('http.request');
  await first.locator('select').selectOption('accent2');
  await opened.screenshot('coloring-rules');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const want = framesOf('http-get.pcapng', 'http.request').map(String);
  await expect.poll(async () => Object.entries(await colored()).filter(([, name]) => name === 'Requests').map(([number]) => number)).toEqual(want);
});

test('a color of the user\'s own gets readable text', async () => {
  const rules = [{ name: 'Mine', filter: 'tcp', color: '#ffe066', enabled: true }];
  opened = await open('http-get.pcapng', 'dark', { rules });
  await opened.rows();
  await expect.poll(() => opened.row(3).evaluate((row) => getComputedStyle(row).backgroundColor)).toBe('rgb(255, 224, 102)');
  await expect.poll(() => opened.row(3).evaluate((row) => getComputedStyle(row).color)).toBe('rgb(0, 0, 0)');
});

/** Contrast ratio of WCAG 2.1 between two rgb() colors. */
function contrast(a: string, b: string): number {
  const luminance = (css: string): number => {
    const [r = 0, g = 0, bl = 0] = (css.match(/[\d.]+/g) ?? []).slice(0, 3)
      .map((v) => Number(v) / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
