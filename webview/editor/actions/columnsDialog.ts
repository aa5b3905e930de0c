/** Choose columns: which, in what order, of what field. */
import type { ColumnChoice } from '../../../src/contract/preferences.ts';
import { element, setText } from '../../base/dom.ts';
import { labelled, openDialog } from '../../widgets/dialog.ts';
import { kFieldColumnWidth, standardColumns } from '../columns.ts';
import type { Tools } from '../tools.ts';
import { fieldInput } from './fieldInput.ts';

export function chooseColumns(tools: Tools): void {
  let choices: readonly ColumnChoice[] = tools.columns;
  const rows = element('div', { className: 'dialog-list', attributes: { role: 'list', 'aria-label': 'Columns' } });
  const note = element('div', { className: 'dialog-note', attributes: { role: 'status' } });
  const field = fieldInput(tools, 'new-column-field');
  const occurrence = element('input', { className: 'input input--short', attributes: { type: 'number', value: '0', title: '0: all values, 1: the first, -1: the last' } });
  const title = element('input', { className: 'input', attributes: { type: 'text' } });

  const show = (focus?: { readonly row: number; readonly control: string }): void => {
    rows.replaceChildren(...choices.map((choice, index) => choiceRow(choice, index)));
    if (focus !== undefined) {
      rows.children[focus.row]?.querySelector<HTMLElement>(`[data-control="${focus.control}"]`)?.focus();
    }
  };
  const put = (index: number, change: Partial<ColumnChoice>): void => {
    choices = choices.map((choice, at) => (at === index ? { ...choice, ...change } : choice));
  };
  const swap = (index: number, step: 1 | -1, control: string): void => {
    const [moved, other] = [choices[index], choices[index + step]];
    if (moved !== undefined && other !== undefined) {
      choices = choices.map((choice, at) => (at === index ? other : at === index + step ? moved : choice));
      show({ row: index + step, control });
    }
  };
  const small = (text: string, label: string, control: string, run: () => void): HTMLElement => {
    const created = element('button', { className: 'button button--small', text, attributes: { type: 'button', 'aria-label': label, 'data-control': control } });
    created.addEventListener('click', run);
    return created;
  };
  const choiceRow = (choice: ColumnChoice, index: number): HTMLElement => {
    const visible = element('input', { attributes: { type: 'checkbox', 'aria-label': `Show ${choice.title}`, 'data-control': 'visible' } });
    visible.checked = choice.visible;
    visible.addEventListener('change', () => { put(index, { visible: visible.checked }); });
    const name = element('input', { className: 'input', attributes: { type: 'text', 'aria-label': 'Title', value: choice.title } });
    name.addEventListener('input', () => { put(index, { title: name.value }); });
    const { shows } = choice;
    return element('div', {
      className: 'dialog-row', attributes: { role: 'listitem' },
      children: [
        visible, name,
        element('code', { className: 'dialog-what', text: typeof shows === 'string' ? '' : shows.occurrence === 0 ? shows.field : `${shows.field} #${String(shows.occurrence)}` }),
        small('↑', `Move ${choice.title} up`, 'up', () => { swap(index, -1, 'up'); }),
        small('↓', `Move ${choice.title} down`, 'down', () => { swap(index, 1, 'down'); }),
        ...(typeof shows === 'string' ? [] : [small('×', `Remove ${choice.title}`, 'remove', () => {
          choices = choices.filter((_choice, at) => at !== index);
          show({ row: Math.min(index, choices.length - 1), control: 'up' });
        })]),
      ],
    });
  };
  const add = async (): Promise<void> => {
    const name = field.input.value.trim();
    const known = name === '' ? undefined
      : (await tools.host.api.findFields({ text: name })).find((info) => info.name === name.toLowerCase());
    if (known === undefined) {
      setText(note, name === '' ? 'Type the name of a field, such as tcp.stream.' : `"${name}" is neither a field nor a protocol.`);
      return;
    }
    const nth = Math.trunc(Number(occurrence.value)) || 0;
    choices = [...choices, {
      title: title.value.trim() === '' ? known.label : title.value.trim(),
      shows: { field: known.name, occurrence: nth }, width: kFieldColumnWidth, visible: true,
    }];
    [field.input.value, title.value, occurrence.value] = ['', '', '0'];
    setText(note, '');
    show();
  };

  const addButton = small('Add', 'Add column', 'add', () => { tools.attempt(add()); });
  // Enter in the new column's fields adds it; elsewhere it is the dialog's OK.
  const adding = element('div', {
    className: 'dialog-row',
    children: [labelled('Field', field.root), labelled('Occurrence', occurrence), labelled('Title', title), addButton],
  });
  adding.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      tools.attempt(add());
    }
  });
  show();
  openDialog({
    title: 'Columns',
    body: [rows, adding, note],
    ...(rows.querySelector('input') === null ? {} : { focus: rows.querySelector('input') as HTMLElement }),
    buttons: [
      {
        label: 'OK', primary: true,
        run: () => {
          if (!choices.some(({ visible }) => visible)) {
            setText(note, 'At least one column must be shown.');
            return false;
          }
          tools.change({ columns: choices });
          return undefined;
        },
      },
      { label: 'Standard Columns', run: () => { choices = standardColumns; show(); return false; } },
      { label: 'Cancel', run: () => undefined },
    ],
  });
}
