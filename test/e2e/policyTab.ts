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
    // What is only to be read is no link.
    const found = this.page.locator('.editor-instance .contentWidgets .codelens-decoration > :is(a, span)');
    await found.first().waitFor({ timeout: SLOW_MS });
    return (await found.allInnerTexts()).map((text) => text.replaceAll('\u00a0', ' ').trim()).filter((text) => text !== '|');
  }

  lens(title: string | RegExp): Locator {
    return this.page.locator('.editor-instance .contentWidgets .codelens-decoration a', { hasText: title }).first();
  }

  /** Waits until text of the editor is marked as a warning. */
  async warned(): Promise<void> {
    await this.page.locator('.editor-instance .squiggly-warning').first().waitFor({ timeout: SLOW_MS });
  }

  /** Opens the light bulb's list and answers the entry with this title; diagnostics that come anew close it. */
  async quickFix(title: string): Promise<Locator> {
    const entry = this.page.locator('.action-widget .monaco-list-row', { hasText: title });
    const bulb = this.page.locator('.editor-instance [class*="lightbulb"], .editor-instance .lightBulbWidget').first();
    for (const until = Date.now() + SLOW_MS; ;) {
      await bulb.click({ timeout: 5000 }).catch(() => undefined);
      if (await entry.waitFor({ timeout: 5000 }).then(() => true, () => false)) return entry;
      if (Date.now() > until) throw new Error(`there is no fix "${title}"`);
    }
  }

  line(text: string): Locator {
    return this.page.locator('.editor-instance .view-lines .view-line', { hasText: text }).first();
  }

  /** Puts the cursor at the end of the line that holds a text. */
  async clickLine(text: string): Promise<void> {
    await this.toTop();
    await this.line(text).locator('span span').last().click();
    await this.page.keyboard.press('End');
  }

  /** Writes a line behind the one that holds a text, as it is: without the indentation the editor offers. */
  async addLine(behind: string, text: string): Promise<void> {
    await this.clickLine(behind);
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Shift+Home');
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.insertText(text);
  }

  /** The lines that have a bar in the gutter, and which: `23 allowed`. */
  async gutter(): Promise<readonly string[]> {
    return this.page.locator('.editor-instance .glyph-margin-widgets > *, .editor-instance .margin-view-overlays [class*="TextEditorDecorationType"]').evaluateAll((all) => {
      const numbers = [...document.querySelectorAll<HTMLElement>('.editor-instance .margin-view-overlays .line-numbers')];
      return all.flatMap((one) => {
        const [, data] = /data:image\/svg\+xml;base64,([\w+/=]+)/.exec(getComputedStyle(one).backgroundImage) ?? [];
        if (data === undefined) return [];
        const { top } = one.getBoundingClientRect();
        const line = numbers.find((number) => Math.abs(number.getBoundingClientRect().top - top) < 4)?.textContent ?? '?';
        const form = atob(data).includes('stroke') ? 'unused' : (atob(data).match(/<rect/g) ?? []).length === 2 ? 'denied' : 'allowed';
        return [`${line} ${form}`];
      }).sort();
    });
  }

  /** Scrolled, headings of what is above would lie over the line that is looked for. */
  private async toTop(): Promise<void> {
    await this.page.locator('.editor-instance :is(.native-edit-context, textarea.inputarea)').first().focus();
    await this.page.keyboard.press('Control+Home');
  }

  async hover(text: string): Promise<string> {
    await this.toTop();
    const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents', { hasText: 'from files alone' }).first();
    // A line drawn anew under the mouse shows no hover: it is gone to again.
    for (const until = Date.now() + SLOW_MS; ;) {
      await this.page.mouse.move(0, 0);
      await this.line(text).locator('span span').last().hover();
      if (await hover.waitFor({ timeout: 5000 }).then(() => true, () => false)) break;
      if (Date.now() > until) throw new Error(`there is no hover on ${text}`);
    }
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
