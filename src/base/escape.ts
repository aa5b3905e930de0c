/** One escape function per place that text from packets, files or clusters flows into. */

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;',
};

/** For text and quoted attribute values of HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? '');

/** Controls, marks that turn or hide text, separators of lines: what acts where it is shown. Tab and line feed are text. */
const acting = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

const written = (character: string): string =>
  Array.from({ length: character.length }, (_unused, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');

/** For terminals: nothing moves the cursor, changes colours or turns the line. JSON stays the same JSON. */
export const escapeTerminal = (text: string): string => text.replace(acting, written);

/** For VS Code's notifications, which would make links, also to commands, of `[text](target)`. */
export const escapeNotification = (text: string): string => escapeTerminal(text).replaceAll('](', '] (');

/** For labels of VS Code (lists to choose from, status bar, code lenses), which would make pictures of `$(name)`. */
export const escapeLabel = (text: string): string => escapeTerminal(text).replaceAll('$(', '$ (');
