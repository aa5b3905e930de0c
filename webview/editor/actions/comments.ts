/** The comments of a packet: written, changed, taken away. */
import { element } from '../../base/dom.ts';
import { openDialog } from '../../widgets/dialog.ts';
import type { Tools } from '../tools.ts';

export const editComments = (tools: Tools): void => {
  const { packet } = tools;
  if (packet !== undefined) {
    tools.attempt(tools.packetData().then(({ detail }) => { openComments(tools, packet.n, detail.comments ?? []); }));
  }
};

function openComments(tools: Tools, frame: number, comments: readonly string[]): void {
  const list = element('div', { className: 'comment-list', attributes: { role: 'list', 'aria-label': 'Comments' } });
  const texts = (): readonly HTMLTextAreaElement[] => [...list.querySelectorAll('textarea')];
  const number = (): void => {
    texts().forEach((text, at) => { text.setAttribute('aria-label', `Comment ${String(at + 1)}`); });
  };
  const add = (value: string): HTMLTextAreaElement => {
    const text = element('textarea', { className: 'input comment-text', attributes: { rows: '3' } });
    const remove = element('button', { className: 'button button--small', text: '×', attributes: { type: 'button', title: 'Take this comment away', 'aria-label': 'Take this comment away' } });
    const item = element('div', { className: 'dialog-row', attributes: { role: 'listitem' }, children: [text, remove] });
    text.value = value;
    remove.addEventListener('click', () => {
      item.remove();
      number();
      (texts()[0] ?? another()).focus();
    });
    list.append(item);
    number();
    return text;
  };
  const another = (): HTMLTextAreaElement => add('');
  const keep = (): void => {
    const kept = texts().map(({ value }) => value).filter((text) => text.trim() !== '');
    tools.attempt(tools.host.api.setComments({ frame, comments: kept }));
  };
  comments.forEach(add);
  const first = texts()[0] ?? another();
  const close = openDialog({
    title: `Comments of Packet ${String(frame)}`,
    body: [list, element('div', { className: 'dialog-hint', text: 'Ctrl+Enter keeps them, Escape leaves them as they were. "Save" writes them into the capture.' })],
    focus: first,
    buttons: [
      { label: 'OK', primary: true, run: () => { keep(); return undefined; } },
      { label: 'Another Comment', run: () => { another().focus(); return false; } },
      { label: 'Cancel', run: () => undefined },
    ],
  });
  list.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      keep();
      close();
    }
  });
}
