/** Drives a VS Code workbench in Chromium: quick open, tabs, themes, screenshots. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../src/build/code-server-run.ts';
import { CaptureTab } from './captureTab.ts';

/** Colour themes with the class each gives to the body of webviews, and to the workbench. */
export const THEMES = {
  dark: { name: 'Default Dark Modern', bodyClass: 'vscode-dark', workbenchClass: 'vs-dark' },
  light: { name: 'Default Light Modern', bodyClass: 'vscode-light', workbenchClass: 'vs' },
  'high-contrast': { name: 'Default High Contrast', bodyClass: 'vscode-high-contrast', workbenchClass: 'hc-black' },
} as const;
export type Theme = keyof typeof THEMES;

/** A fresh Chromium profile takes 10–12 s to its first webview, more on a busy machine. */
const FIRST_PAGE_MS = 60_000;

/** Finding a file of the folder, on a busy machine. */
const FILE_MS = 60_000;

/** A list of choices has what was typed, unless it was closed by something that came late. */
const CHOICE_MS = 10_000;

/** Quick open goes on filling its list for about this long. */
const SETTLE_MS = 300;

export class Workbench {
  readonly page: Page;
  readonly #browser: Browser;
  /** What the pages wrote as errors to the console. */
  readonly errors: string[] = [];

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
  }

  /** Opens the workbench of a running code-server and waits for its editor area. */
  static async open(url: string): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: [...CHROMIUM_ARGS] });
    try {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      const workbench = new Workbench(browser, page);
      await page.goto(url, { waitUntil: 'commit' });
      await page.locator('.monaco-workbench .part.editor').waitFor({ timeout: FIRST_PAGE_MS });
      await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: FIRST_PAGE_MS });
      return workbench;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** Opens a file of the folder by its name through quick open and answers its tab. */
  async openCapture(name: string): Promise<CaptureTab> {
    await this.openFile(name);
    const tab = new CaptureTab(this.page, name);
    await tab.loaded(FIRST_PAGE_MS);
    return tab;
  }

  async openFile(name: string): Promise<void> {
    const opened = this.page.locator('.tabs-container .tab.active', { hasText: name });
    // What opens late takes the focus, and closes the list with it.
    for (let tries = 1; ; tries++) {
      await this.#quickOpen(name);
      if (await opened.waitFor({ timeout: 10_000 }).then(() => true, () => false)) return;
      if (tries === 3) throw new Error(`${name} does not open`);
    }
  }

  async #quickOpen(name: string): Promise<void> {
    const { page } = this;
    await this.#leavePage();
    await page.keyboard.press('Control+P');
    const input = page.locator('.quick-input-widget input');
    await input.waitFor();
    await input.fill(name);
    // The list is filled in steps: the file must be its first entry, and have the focus, before Enter takes it.
    const first = page.locator('.quick-input-list .monaco-list-row.focused[data-index="0"]').filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${escapeRegExp(name)}$`) }) });
    await first.waitFor({ timeout: FILE_MS });
    await page.waitForTimeout(SETTLE_MS);
    await first.waitFor({ timeout: FILE_MS });
    await page.keyboard.press('Enter');
  }

  /** Brings an opened tab to the front. */
  async show(tab: CaptureTab): Promise<void> {
    await this.page.locator('.tabs-container .tab', { hasText: tab.name }).click();
  }

  async closeAll(): Promise<void> {
    await this.command('View: Close All Editors');
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' });
  }

  /** Changes the colour theme as a user does. */
  async setTheme(theme: Theme): Promise<void> {
    // Themes come when their extensions are known; a list that is opened before that is empty, and stays it.
    for (let tries = 1; ; tries++) {
      await this.command('Preferences: Color Theme');
      await this.page.locator('.quick-input-widget input[placeholder*="Color Theme"]').waitFor();
      const first = this.page.locator('.quick-input-list .monaco-list-row').first();
      if (await first.waitFor({ timeout: FIRST_PAGE_MS / 6 }).then(() => true, () => false)) break;
      if (tries === 6) throw new Error('there are no color themes to choose from');
      await this.page.keyboard.press('Escape');
    }
    const { name, workbenchClass } = THEMES[theme];
    if (!await this.#choose(name.replace('Default ', ''))) throw new Error(`there is no theme ${name}`);
    await this.page.locator(`.monaco-workbench.${workbenchClass}`).waitFor();
  }

  /** Runs a command by its title in the palette. */
  async command(title: string): Promise<void> {
    // What opens late takes the focus, and closes the palette with it.
    for (let tries = 1; !(await this.#openPalette() && await this.#choose(`>${title}`)); tries++) if (tries === 5) throw new Error(`the palette does not stay open, or has no ${title}`);
  }

  async #openPalette(): Promise<boolean> {
    await this.#leavePage();
    await this.page.keyboard.press('F1');
    return this.page.locator('.quick-input-widget input').fill('>', { timeout: 5000 }).then(() => true, () => false);
  }

  /** Types into the quick input and takes the first match; false where there was none to be taken. */
  async #choose(text: string): Promise<boolean> {
    const { page } = this;
    const match = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text.replace(/^>/, '') }).first();
    return page.locator('.quick-input-widget input').fill(text, { timeout: CHOICE_MS })
      .then(() => match.click({ timeout: CHOICE_MS })).then(() => true, () => false);
  }

  /** Takes the focus out of a webview, where keys are the page's. */
  async #leavePage(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.titlebar, .monaco-workbench .part.activitybar').first().click({ position: { x: 2, y: 2 }, force: true });
  }

  /** As a user reloads: what the window keeps of its editors is written first, which closing the page does not wait for. */
  async reload(): Promise<void> {
    // It does not go while there is no backup yet of what is unsaved: the browser then asks whether to leave.
    for (let left = false; !left;) {
      const answer = Promise.race([
        this.page.waitForEvent('domcontentloaded', { timeout: FIRST_PAGE_MS }).then(() => true),
        this.page.waitForEvent('dialog', { timeout: FIRST_PAGE_MS }).then(async (dialog) => dialog.dismiss().then(() => false)),
      ]);
      await this.command('Developer: Reload Window');
      left = await answer;
    }
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: FIRST_PAGE_MS });
  }

  async screenshot(file: string): Promise<void> {
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
