/** What files of page tests share: one Chromium and one server of pages a file, and a look at what each page threw. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../src/build/code-server-run.ts';
import { serveDevPage, type DevPage, type DevServer } from '../../src/build/devPage.ts';

/** No single step takes this long, even on a busy machine. */
const kPatience = 20_000;
/** Building the pages and starting Chromium. */
const kStart = 120_000;

export const shots = path.join(import.meta.dirname, '../../test-results/screenshots');

export class PageBrowser {
  readonly #server: DevServer;
  readonly #browser: Browser;

  private constructor(server: DevServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(pages?: readonly DevPage[]): Promise<PageBrowser> {
    const server = await serveDevPage(0, pages);
    return new PageBrowser(server, await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGS] }));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
  }

  /** Address of a page. */
  url(page: DevPage, query: Readonly<Record<string, string | number>> = {}): string {
    const url = new URL(page === 'main' ? 'index.html' : `${page}.html`, this.#server.url);
    Object.entries(query).forEach(([name, value]) => { url.searchParams.set(name, String(value)); });
    return url.href;
  }

  /** An empty page in a context of its own. */
  async open(options: BrowserContextOptions): Promise<Page> {
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(kPatience);
    return context.newPage();
  }
}

/** What a page throws, or says as an error, from now on. */
export function errorsOf(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => { errors.push(error.message); });
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  return errors;
}

/** What a test leaves to be checked and closed. */
export interface Closed {
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface BrowserOfFile {
  readonly browser: PageBrowser;
  /** Closes it after the test, which fails where the page had errors. */
  readonly watch: <T extends Closed>(opened: T) => T;
  /** An empty page, watched. */
  readonly newPage: (width: number, height: number) => Promise<Page>;
}

/** Registers what starts a browser for the tests of a file (or of a `describe`) and cleans up after each of them. */
export function useBrowser(pages?: readonly DevPage[]): BrowserOfFile {
  let browser: PageBrowser | undefined;
  let opened: Closed[] = [];
  const started = (): PageBrowser => {
    if (browser === undefined) throw new Error('the browser starts before the first test');
    return browser;
  };
  const watch = <T extends Closed>(one: T): T => {
    opened.push(one);
    return one;
  };
  beforeAll(async () => { browser = await PageBrowser.start(pages); }, kStart);
  afterAll(async () => { await browser?.stop(); }, kStart);
  afterEach(async () => {
    const all = opened;
    opened = [];
    for (const one of all) await one.close();
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
  });
  return {
    get browser() { return started(); },
    watch,
    newPage: async (width, height) => {
      const page = await started().open({ viewport: { width, height } });
      watch({ errors: errorsOf(page), close: () => page.context().close() });
      return page;
    },
  };
}

/** What was asked of the page is painted: lists paint in the next frame, and rows that are not there yet come after it. */
export async function painted(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => { requestAnimationFrame(resolve); }); }));
  await page.waitForFunction(() => document.querySelector('.packet.loading:not([hidden])') === null);
}

/** Keeps a picture of a page for people to look at; `name` may name a folder. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const file = path.join(shots, `${name}.png`);
  mkdirSync(path.dirname(file), { recursive: true });
  await page.screenshot({ path: file });
}

/** Bytes in messages between a page and its host here travel as text. */
export const packBytes = (_key: string, value: unknown): unknown =>
  (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value);

/** Gives a page a message of its host; false once the page is closed. */
export function sendToPage(page: Page, message: unknown): Promise<boolean> {
  const receive = (json: string): void => { (globalThis as unknown as { hostReceive: (text: string) => void }).hostReceive(json); };
  return page.evaluate(receive, JSON.stringify(message, packBytes)).then(() => true, () => false);
}
