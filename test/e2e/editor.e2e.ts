/** Reading a capture in the editor: rows, filter, dissection, bytes, themes. What is right comes from tshark. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { fixtures } from '../golden/captures.ts';
import { parseGolden, shorten, type Cells } from '../golden/goldenFile.ts';
import { type CaptureTab } from './captureTab.ts';
import { THEMES, Workbench, type Theme } from './workbench.ts';

const SCREENSHOTS = path.join(import.meta.dirname, '../../test-results/screenshots');
let workbench: Workbench;
beforeAll(async () => {
  workbench = await Workbench.open(inject('url'));
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(path.join(SCREENSHOTS, `failed-${task.name.replace(/\W+/g, '-')}.png`));
});
afterAll(async () => {
  await workbench.close();
});

/** tshark's two-pass answers for a capture of ours. */
function referee(name: string): readonly Cells[] {
  const fixture = fixtures.find((f) => path.basename(f.file) === name);
  if (fixture === undefined) throw new Error(`no golden for ${name}`);
  return parseGolden(readFileSync(fixture.golden, 'utf8')).fields2.packets;
}

function framesMatching(name: string, filter: string): number {
  const output = execFileSync('tshark', ['-n', '-2', '-r', path.join(inject('folder'), name), '-Y', filter, '-T', 'fields', '-e', 'frame.number'], {
    encoding: 'utf8', env: { ...process.env, WIRESHARK_CONFIG_DIR: '/nonexistent' }, stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.split('\n').filter((l) => l !== '').length;
}

describe.each(['http-get.pcapng', 'tcp-fast-retransmission.pcapng', 'dns-common.pcapng'])('%s', (name) => {
  test('shows the rows that tshark shows', async () => {
    const tab = await workbench.openCapture(name);
    const want = referee(name).map((c) => ({
      number: c.get('frame.number'), source: c.get('_ws.col.Source') ?? '', destination: c.get('_ws.col.Destination') ?? '', protocol: c.get('_ws.col.Protocol') ?? '', length: c.get('frame.len'), info: c.get('_ws.col.Info') ?? '',
    }));
    await tab.waitForTotal(want.length);
    const got = (await tab.allRows()).map(({ time: _, ...row }) => ({ ...row, length: row.length.replaceAll(',', ''), info: shorten(row.info) }));
    expect(got).toEqual(want);
  });
});

describe('the filter', () => {
  let tab: CaptureTab;
  beforeAll(async () => {
    tab = await workbench.openCapture('shop.pcapng');
  });

  test.each(['tcp.flags.syn == 1 && tcp.flags.ack == 0', 'dns', 'ip.addr == 10.244.2.7', 'http.response.code >= 500', 'tcp.analysis.retransmission'])('%s shows as many packets as tshark finds', async (filter) => {
    const want = framesMatching('shop.pcapng', filter);
    expect(want).toBeGreaterThan(0);
    await tab.typeFilter(filter, true);
    await tab.waitForTotal(want);
  });

  test.each([
    ['ip.src == 10.244.1.5 && nosuch.field == 3', 'nosuch.field'],
    ['tcp.port == banana', 'banana'],
  ])('%s: the mistake is underlined where it stands, and the text is kept', async (filter, wrong) => {
    await tab.typeFilter('', true);
    const all = referee('http-get.pcapng').length;
    expect(all).toBeGreaterThan(0);
    await tab.typeFilter(filter, true);
    await expect.poll(() => tab.squiggle()).toEqual({ start: filter.indexOf(wrong), end: filter.indexOf(wrong) + wrong.length });
    await expect.poll(() => tab.filterText()).toBe(filter);
    await expect.poll(() => tab.note.innerText()).not.toBe('');
    await workbench.screenshot(path.join(SCREENSHOTS, `filter-wrong-${wrong}.png`));
    await tab.typeFilter('', true);
  });
});

describe('dissection and bytes', () => {
  let tab: CaptureTab;
  beforeAll(async () => {
    tab = await workbench.openCapture('http-get.pcapng');
    await tab.select(4);
  });

  test('the tree names the layers', async () => {
    await tab.treeRow(/^Hypertext Transfer Protocol/).waitFor();
    const labels = await tab.treeLabels();
    for (const layer of [/^Frame 4/, /^Ethernet II/, /^Internet Protocol Version 4/, /^Transmission Control Protocol/, /^Hypertext Transfer Protocol/]) {
      expect(labels.some((l) => layer.test(l)), `${layer.source} in ${labels.join(' | ')}`).toBe(true);
    }
  });

  test('the bytes are those of the file', async () => {
    // Ethernet addresses of the made network, EtherType, first byte of IPv4: see test/fixtures/generate/frames.ts.
    await expect.poll(async () => (await tab.bytes()).slice(0, 15)).toEqual([0, 0, 0x5e, 0, 0x53, 2, 0, 0, 0x5e, 0, 0x53, 1, 8, 0, 0x45]);
  });

  test('a field marks its bytes', async () => {
    await tab.expand(/^Transmission Control Protocol/);
    await tab.treeRow(/^Destination Port: 80/).click();
    // Bytes 2 and 3 of the TCP header, after 14 of Ethernet and 20 of IPv4 (RFC 9293 3.1).
    await expect.poll(() => tab.markedBytes()).toEqual([36, 37]);
  });

  test('a byte selects its field', async () => {
    await tab.clickByte(14 + 8); // the ninth byte of the IPv4 header (RFC 791 3.1)
    await expect.poll(() => tab.selectedField()).toMatch(/^Time to Live: 64/);
  });
});

describe('themes', () => {
  test.each(['light', 'high-contrast', 'dark'] as const)('%s', async (theme: Theme) => {
    const tab = await workbench.openCapture('shop.pcapng');
    await workbench.setTheme(theme);
    await expect.poll(() => tab.bodyClass(), { timeout: 15_000 }).toContain(THEMES[theme].bodyClass);
    await tab.select(4);
    const shades = await tab.frame.locator('body').evaluate((body) => ({ text: getComputedStyle(body).color, back: getComputedStyle(body).getPropertyValue('--vscode-editor-background').trim() }));
    expect(contrast(shades.text, shades.back)).toBeGreaterThan(4.5);
    await workbench.screenshot(path.join(SCREENSHOTS, `editor-${theme}.png`));
  });
});

/** Contrast ratio of WCAG 2.1 between two CSS colours (rgb() or #rrggbb). */
function contrast(a: string, b: string): number {
  const luminance = (css: string): number => {
    const rgb = css.startsWith('#') ? [1, 3, 5].map((i) => Number.parseInt(css.slice(i, i + 2), 16)) : (css.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
    const [r = 0, g = 0, bl = 0] = rgb.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
