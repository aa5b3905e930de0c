/** What of a page acts though it is text: found anywhere in it, as people and assistive technology get it. */
import type { Page } from 'playwright-core';

/** Elements that only markup could have made, a changed title, characters that move, turn or hide others; `[]`: none. */
export function actingIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found = document.title.includes('owned') ? ['the title was changed'] : [];
    for (const one of document.body.querySelectorAll('img, a[href], b, iframe, object, embed, [onerror]')) found.push(one.outerHTML.slice(0, 80));
    const texts = [...document.body.querySelectorAll('*')].flatMap((one) => [
      ...[...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent ?? ''), ...one.getAttributeNames().map((name) => one.getAttribute(name) ?? ''),
    ]);
    // Monaco fills empty lines with a mark of its own.
    for (const text of texts) if (text !== '\u200b' && /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|\p{Cf}/u.test(text)) found.push(JSON.stringify(text.slice(0, 80)));
    return found;
  });
}
