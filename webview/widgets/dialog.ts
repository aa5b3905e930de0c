/** A modal dialog of the page: the focus stays in it, Escape closes it, and it goes back to where it was. */
import { element } from '../base/dom.ts';

export interface DialogButton {
  readonly label: string;
  /** Answers false to keep the dialog open. */
  readonly run: () => boolean | undefined;
  readonly primary?: boolean;
}

export interface DialogOptions {
  readonly title: string;
  readonly body: readonly Node[];
  /** The primary one is also what Enter does in a field. */
  readonly buttons: readonly DialogButton[];
  /** What gets the focus at first. */
  readonly focus?: HTMLElement;
}

const kTitleId = 'dialog-title';

/** Shows it; the function closes it. */
export function openDialog({ title, body, buttons, focus }: DialogOptions): () => void {
  const present = document.querySelector<HTMLDialogElement>('dialog.dialog');
  // Asked for twice (the page and VS Code both take the key): what was typed meanwhile stays.
  if (present?.querySelector('h2')?.textContent === title) {
    return () => { present.close(); };
  }
  present?.close();
  const before = document.activeElement;
  const form = element('form', { attributes: { method: 'dialog' } });
  const dialog = element('dialog', { className: 'dialog', attributes: { 'aria-labelledby': kTitleId }, children: [form] });
  const close = (): void => { dialog.close(); };
  const act = ({ run }: DialogButton): void => {
    if (run() !== false) {
      close();
    }
  };
  form.append(
    element('h2', { text: title, attributes: { id: kTitleId } }),
    ...body,
    element('div', { className: 'dialog-buttons', children: buttons.map((wanted) => dialogButton(wanted, act)) }),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const primary = buttons.find((wanted) => wanted.primary);
    if (primary !== undefined) {
      act(primary);
    }
  });
  // Keys of the dialog are not the page's; those with Ctrl may be the workbench's (it pastes and copies).
  dialog.addEventListener('keydown', (event) => {
    if (!event.ctrlKey && !event.metaKey) {
      event.stopPropagation();
    }
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement) {
      before.focus();
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  focus?.focus();
  return close;
}

function dialogButton(wanted: DialogButton, act: (wanted: DialogButton) => void): HTMLElement {
  const created = element('button', {
    className: wanted.primary === true ? 'button button--primary' : 'button', text: wanted.label,
    attributes: { type: wanted.primary === true ? 'submit' : 'button' },
  });
  if (wanted.primary !== true) {
    created.addEventListener('click', () => { act(wanted); });
  }
  return created;
}

/** A labelled control. */
export const labelled = (label: string, control: HTMLElement): HTMLElement =>
  element('label', { className: 'field', children: [element('span', { text: label }), control] });
