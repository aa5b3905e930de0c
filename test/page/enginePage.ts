/**
 * The capture page in Chromium with the real host side and the real engine, in this process: what VS Code would do
 * between them (messages, key bindings, keeping choices) is done here.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { serve, type Server } from '../../src/base/rpc.ts';
import { CHROMIUM_ARGS, findChromium } from '../../src/build/code-server-run.ts';
import { serveDevPage, type DevServer } from '../../src/build/devPage.ts';
import type { EngineSettings } from '../../src/contract/capture.ts';
import type { EngineApi, EngineEvents } from '../../src/contract/engine.ts';
import type { Preferences } from '../../src/contract/preferences.ts';
import { loadAddon } from '../../src/engine/addon.ts';
import { EnginePool } from '../../src/engine/client.ts';
import type { EngineProcess } from '../../src/engine/forked.ts';
import { EngineService } from '../../src/engine/service.ts';
import { CaptureTab, type LiveFiles } from '../../src/features/captureTab.ts';
import { editorCommands } from '../../src/features/editorCommands.ts';
import { FilterHelp } from '../../src/features/filterHelp.ts';
import type { FilterStore } from '../../src/features/filterStore.ts';
import { PreferencesInMemory, rulesOf } from '../../src/features/preferenceStore.ts';

const root = path.join(import.meta.dirname, '../..');
export const captures = path.join(root, 'test/fixtures/captures');
/** No single step takes this long, even on a busy machine. */
const kPatience = 5000;
const screenshots = path.join(root, 'test-results/screenshots/page');

interface Manifest {
  readonly contributes: {
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}
const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

export const standardPreferences: Preferences = {
  columns: [], time: 'relative', digits: -1, coloring: true, decodeAs: [],
  rules: rulesOf(contributes.configuration.properties['stratoshark.coloringRules']?.default),
};

export type Theme = 'dark' | 'light' | 'high-contrast';

/** An engine in this process. */
export function startEngine(): EngineProcess {
  let toHost: (message: never) => void = () => undefined;
  let toEngine: (message: never) => void = () => undefined;
  const service = new EngineService(() => loadAddon(path.join(root, 'dist')), (event, data) => { server.emit(event, data); });
  const server: Server<EngineEvents> = serve<EngineApi, EngineEvents>({
    send: (message) => { queueMicrotask(() => { toHost(message as never); }); },
    onMessage: (receive) => { toEngine = receive; },
  }, service);
  return {
    pid: undefined,
    channel: { send: (message) => { queueMicrotask(() => { toEngine(message as never); }); }, onMessage: (receive) => { toHost = receive; } },
    onEnded: () => ({ dispose: () => undefined }),
    stop: () => { service.dispose(); },
  };
}

/** Saved filters and history are the filter bar's; here there are none. */
const noFilters = {
  lists: () => ({ history: [], saved: [] }), onDidChange: () => ({ dispose: () => undefined }), remember: () => undefined,
} as unknown as FilterStore;

const packBytes = (_key: string, value: unknown): unknown =>
  (value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value);

export class EnginePages {
  readonly #server: DevServer;
  readonly #browser: Browser;

  private constructor(server: DevServer, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(): Promise<EnginePages> {
    const server = await serveDevPage(0);
    return new EnginePages(server, await chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_ARGS] }));
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.#server.stop();
  }

  /** Opens a capture (an absolute path, or a name among our fixtures) and waits for its rows. */
  async open(file: string, theme: Theme = 'dark', preferences: Partial<Preferences> = {}, live?: LiveFiles): Promise<EnginePage> {
    const context = await this.#browser.newContext({ viewport: { width: 1300, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'] });
    context.setDefaultTimeout(kPatience);
    const page = new EnginePage(context, await context.newPage(), { ...standardPreferences, ...preferences });
    await page.load(path.resolve(captures, file), `${this.#server.url.replace('index.html', 'engine.html')}?theme=${theme}`, live);
    return page;
  }
}

export class EnginePage {
  readonly page: Page;
  readonly errors: string[] = [];
  readonly preferences: PreferencesInMemory;
  readonly #context: BrowserContext;
  readonly #pool: EnginePool;
  readonly #fromPage = new EventEmitter();
  readonly #keyLogs: string[] = [];
  #tab: CaptureTab | undefined;

  constructor(context: BrowserContext, page: Page, preferences: Preferences) {
    this.#context = context;
    this.page = page;
    this.preferences = new PreferencesInMemory(preferences);
    this.#pool = new EnginePool(startEngine, (): EngineSettings => ({ decodeAs: this.preferences.read().decodeAs, keyLogs: this.#keyLogs }));
    // As the extension does when the setting changes.
    let decodeAs = preferences.decodeAs;
    this.preferences.onChanged((changed) => {
      if (changed.decodeAs !== decodeAs) {
        decodeAs = changed.decodeAs;
        this.#pool.sessions.forEach((session) => { session.restart(); });
      }
    });
    page.on('pageerror', (error) => { this.errors.push(error.message); });
    page.on('console', (message) => { if (message.type() === 'error') this.errors.push(message.text()); });
  }

  async load(file: string, url: string, live?: LiveFiles): Promise<void> {
    const { page } = this;
    await page.exposeFunction('hostSend', (json: string) => { this.#fromPage.emit('message', JSON.parse(json)); });
    await page.exposeFunction('hostKey', (key: string) => { this.press(key); });
    this.#tab = new CaptureTab({
      postMessage: async (message: unknown) => page.evaluate((json) => { (globalThis as unknown as { hostReceive: (text: string) => void }).hostReceive(json); }, JSON.stringify(message, packBytes)).then(() => true, () => false),
      onDidReceiveMessage: (receive) => {
        this.#fromPage.on('message', receive);
        return { dispose: () => { this.#fromPage.off('message', receive); } };
      },
    }, this.#pool.acquire(file), this.preferences, new FilterHelp(noFilters), () => undefined, ({ text }) => {
      this.#keyLogs.push(text);
      this.#pool.sessions.forEach((session) => { session.restart(); });
    }, live);
    await page.goto(url);
    await page.locator('.packet:not(.loading), .banner:not([hidden]), .list-empty:not([hidden]), .live-bar:not([hidden])').first().waitFor();
  }

  /** What a key is bound to, as VS Code would carry it out. */
  press(key: string): void {
    const binding = contributes.keybindings.find((one) => sameKey(one.key, key));
    if (binding !== undefined) this.command(binding.command);
  }

  /** A command as from the palette. */
  command(id: string): void {
    const command = editorCommands.get(id);
    if (command === undefined) throw new Error(`the page has no command ${id}`);
    this.#tab?.send(command);
  }

  async close(): Promise<void> {
    this.#tab?.dispose();
    await this.#context.close();
    this.#pool.dispose();
  }

  /** Texts of the rows in view, top to bottom, by column, once all are there. */
  async rows(): Promise<readonly (readonly string[])[]> {
    await this.page.waitForFunction(() => document.querySelector('.packet.loading:not([hidden])') === null);
    await this.page.waitForTimeout(60);
    return this.page.locator('.packets .packet:not([hidden])').evaluateAll((all) => all
      .map((row) => ({ at: Number(row.getAttribute('aria-rowindex')), cells: [...row.querySelectorAll('.cell')].map((cell) => cell.textContent) }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ cells }) => cells));
  }

  /** Texts of one column. */
  async column(index: number): Promise<readonly string[]> {
    return (await this.rows()).map((cells) => cells[index] ?? '');
  }

  async selectedNumber(): Promise<number> {
    return Number(await this.page.locator('.packet.selected .cell--number').innerText());
  }

  status(): Promise<string> {
    return this.page.locator('.status-line').innerText();
  }

  async filterText(): Promise<string> {
    const lines = await this.page.locator('.filter-box .view-line').allInnerTexts();
    return lines.join('').replaceAll('\u00a0', ' ');
  }

  clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  async applyFilter(text: string): Promise<void> {
    await this.page.locator('.filter-box .monaco-editor').first().click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press('Enter');
  }

  treeRow(label: string | RegExp) {
    return this.page.locator('.detail-pane .tree-row').filter({ hasText: label }).first();
  }

  row(number: number) {
    return this.page.locator('.packets .packet:not([hidden])').filter({ has: this.page.locator(`.cell--number:text-is("${number}")`) });
  }

  /** Chooses along the labels of a menu that is open. */
  async choose(...labels: readonly string[]): Promise<void> {
    for (const label of labels) {
      await this.page.locator('.context-item').filter({ has: this.page.locator(`.context-label:text-is("${label}")`) }).last().click();
    }
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    await this.page.screenshot({ path: path.join(screenshots, `${name}.png`) });
  }
}

const sameKey = (binding: string, key: string): boolean => binding.split('+').toSorted().join('+') === key.split('+').toSorted().join('+');
