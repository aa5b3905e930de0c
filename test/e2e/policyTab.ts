/** A YAML file with policies in the workbench: lenses, marks, hover, completion, quick fix and its preview. */
import type { FrameLocator, Locator, Page } from 'playwright-core';

const SLOW_MS = 30_000;

export class PolicyTab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Titles of the lenses in view, top to bottom. */
  async lenses(): Promise<readonly string[]> {
    const found = this.page.locator('.editor-instance .contentWidgets .codelens-decoration a');
    await found.first().waitFor({ timeout: SLOW_MS });
    return (await found.allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' ').trim());
  }

  lens(title: string | RegExp): Locator {
    return this.page.locator('.editor-instance .contentWidgets .codelens-decoration a', { hasText: title }).first();
  }

  /** Waits until text of the editor is marked as a warning. */
  async warned(): Promise<void> {
    await this.page.locator('.editor-instance .squiggly-warning').first().waitFor({ timeout: SLOW_MS });
  }

  line(text: string): Locator {
    return this.page.locator('.editor-instance .view-lines .view-line', { hasText: text }).first();
  }

  /** Puts the cursor at the end of the line that holds a text. */
  async clickLine(text: string): Promise<void> {
    await this.line(text).locator('span span').last().click();
    await this.page.keyboard.press('End');
  }

  async hover(text: string): Promise<string> {
    await this.line(text).locator('span span').last().hover();
    const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: 'from files alone' }).first();
    await hover.waitFor({ timeout: SLOW_MS });
    return (await this.page.locator('.monaco-hover:not(.hidden) .hover-contents').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  }

  /** The whole text, as the editor has it. */
  async text(): Promise<string> {
    const lines = await this.page.locator('.editor-instance .view-lines .view-line').evaluateAll((all) =>
      all.map((one) => ({ top: Number.parseFloat((one as HTMLElement).style.top), text: one.textContent })).sort((a, b) => a.top - b.top).map(({ text }) => text),
    );
    return lines.map((one) => one.replaceAll('\u00a0', ' ')).join('\n');
  }

  /** The page's document inside VS Code's two frames. */
  panel(): FrameLocator {
    return this.page.locator('iframe.webview.ready').last().contentFrame().frameLocator('iframe#active-frame');
  }
}
