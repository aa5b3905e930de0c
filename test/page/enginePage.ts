/**
 * The capture page in Chromium with the real host side and the real engine, in this process: what VS Code would do
 * between them (messages, key bindings, keeping choices) is done here.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { serve, type Server } from '../../src/base/rpc.ts';
import type { EngineSettings } from '../../src/contract/capture.ts';
import type { EditorPlace } from '../../src/contract/editor.ts';
import type { EngineApi, EngineEvents } from '../../src/contract/engine.ts';
import type { Preferences } from '../../src/contract/preferences.ts';
import { loadAddon } from '../../src/engine/addon.ts';
import { EnginePool } from '../../src/engine/client.ts';
import type { EngineProcess } from '../../src/engine/forked.ts';
import { EngineService } from '../../src/engine/service.ts';
import { CaptureNotes, type NotesEdit } from '../../src/features/captureNotes.ts';
import { CaptureTab, type LiveFiles } from '../../src/features/captureTab.ts';
import { editorCommands } from '../../src/features/editorCommands.ts';
import { FilterHelp } from '../../src/features/filterHelp.ts';
import type { FilterStore } from '../../src/features/filterStore.ts';
import { PreferencesInMemory, rulesOf } from '../../src/features/preferenceStore.ts';
import { errorsOf, painted, sendToPage, takePicture, useBrowser, type Closed } from './browser.ts';

const root = path.join(import.meta.dirname, '../..');
export const captures = path.join(root, 'test/fixtures/captures');

interface Manifest {
  readonly contributes: {
    readonly keybindings: readonly { readonly command: string; readonly key: string; readonly when?: string }[];
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

/** Opens a capture (an absolute path, or a name among our fixtures) and waits for its rows. */
export type OpenCapture = (file: string, theme?: Theme, preferences?: Partial<Preferences>, live?: LiveFiles) => Promise<EnginePage>;

/** Registers a browser for the tests of a file; pages opened are closed after each test and asked for errors. */
export function useEnginePages(): OpenCapture {
  const own = useBrowser(['engine']);
  return async (file, theme = 'dark', preferences = {}, live) => {
    const page = await own.browser.open({ viewport: { width: 1300, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'] });
    const opened = own.watch(new EnginePage(page, { ...standardPreferences, ...preferences }));
    await opened.load(path.resolve(captures, file), own.browser.url('engine', { theme }), live);
    return opened;
  };
}

export class EnginePage implements Closed {
  readonly page: Page;
  readonly errors: readonly string[];
  readonly preferences: PreferencesInMemory;
  readonly #pool: EnginePool;
  readonly #fromPage = new EventEmitter();
  readonly #keyLogs: string[] = [];
  /** Changes of comments, as VS Code would be told of them. */
  readonly edits: NotesEdit[] = [];
  /** Where the page says it is; what it is told when it is loaded anew, as VS Code does with a window. */
  place: EditorPlace | undefined;
  /** How often the page asked to save them. */
  saves = 0;
  #tab: CaptureTab | undefined;

  constructor(page: Page, preferences: Preferences) {
    this.page = page;
    this.errors = errorsOf(page);
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
  }

  async load(file: string, url: string, live?: LiveFiles): Promise<void> {
    const { page } = this;
    const leased = this.#pool.acquire(file);
    const notes = leased.then(({ session }) => new CaptureNotes(session));
    void notes.then(({ onEdited }) => { onEdited((edit) => { this.edits.push(edit); }); });
    await page.exposeFunction('hostSend', (json: string) => { this.#fromPage.emit('message', JSON.parse(json)); });
    await page.exposeFunction('hostKey', (key: string) => { this.press(key); });
    this.#tab = new CaptureTab({
      postMessage: (message: unknown) => sendToPage(page, message),
      onDidReceiveMessage: (receive) => {
        this.#fromPage.on('message', receive);
        return { dispose: () => { this.#fromPage.off('message', receive); } };
      },
    }, leased, this.preferences, new FilterHelp(noFilters), () => undefined, ({ text }) => {
      this.#keyLogs.push(text);
      this.#pool.sessions.forEach((session) => { session.restart(); });
    }, live, {
      followStream: () => Promise.reject(new Error('followed streams have tests of their own')),
      notes: () => notes,
      leftPlace: () => this.place,
      keepPlace: (place) => { this.place = place; },
      saveNotes: () => { this.saves++; return Promise.resolve(); },
      saveCopy: () => Promise.reject(new Error('saving has tests of its own')),
    });
    await page.goto(url);
    await page.locator('.packet:not(.loading), .banner:not([hidden]), .list-empty:not([hidden]), .live-bar:not([hidden])').first().waitFor();
  }

  /** What a key is bound to, as VS Code would carry it out. */
  press(key: string): void {
    const binding = contributes.keybindings.find((one) => sameKey(one.key, key) && one.when?.includes("'stratoshark.capture'") === true);
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
    await this.page.context().close();
    this.#pool.dispose();
  }

  /** Texts of the rows in view, top to bottom, by column, once all are there. */
  async rows(): Promise<readonly (readonly string[])[]> {
    await painted(this.page);
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
    await painted(this.page);
    return Number(await this.page.locator('.packet.selected:not([hidden]) .cell--number').innerText());
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
    return this.page.locator('.detail-pane .tree-row:not([hidden])').filter({ hasText: label }).first();
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
    await takePicture(this.page, `page/${name}`);
  }
}

const sameKey = (binding: string, key: string): boolean => binding.split('+').toSorted().join('+') === key.split('+').toSorted().join('+');
