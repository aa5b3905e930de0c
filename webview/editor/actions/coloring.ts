/** The coloring rules: switched on and off, changed, ordered, added. */
import type { ColoringRule } from '../../../src/contract/preferences.ts';
import { rowColors } from '../../../src/contract/rowColors.ts';
import { element, setText } from '../../base/dom.ts';
import { openDialog } from '../../widgets/dialog.ts';
import { shadesOf } from '../rowStyle.ts';
import type { Tools } from '../tools.ts';

export function toggleColoring(tools: Tools): void {
  const coloring = !tools.preferences.coloring;
  tools.change({ coloring });
  tools.say(coloring ? 'Rows are colored by rules.' : 'Rows are not colored.');
}

/** `first` is a filter for a rule to begin with, '' for none. */
export function editColoringRules(tools: Tools, first = ''): void {
  let rules: readonly ColoringRule[] = tools.preferences.rules;
  const rows = element('div', { className: 'dialog-list', attributes: { role: 'list', 'aria-label': 'Coloring rules, the first that matches wins' } });
  const note = element('div', { className: 'dialog-note', attributes: { role: 'status' } });

  const put = (index: number, change: Partial<ColoringRule>): void => {
    rules = rules.map((rule, at) => (at === index ? { ...rule, ...change } : rule));
  };
  const show = (focus?: { readonly row: number; readonly control: string }): void => {
    rows.replaceChildren(...rules.map(ruleRow));
    if (focus !== undefined) {
      rows.children[focus.row]?.querySelector<HTMLElement>(`[data-control="${focus.control}"]`)?.focus();
    }
  };
  const swap = (index: number, step: 1 | -1, control: string): void => {
    const [moved, other] = [rules[index], rules[index + step]];
    if (moved !== undefined && other !== undefined) {
      rules = rules.map((rule, at) => (at === index ? other : at === index + step ? moved : rule));
      show({ row: index + step, control });
    }
  };
  const small = (text: string, label: string, control: string, run: () => void): HTMLElement => {
    const created = element('button', { className: 'button button--small', text, attributes: { type: 'button', 'aria-label': label, 'data-control': control } });
    created.addEventListener('click', run);
    return created;
  };
  const input = (value: string, label: string, control: string, changed: (text: string) => void): HTMLInputElement => {
    const created = element('input', { className: 'input', attributes: { type: 'text', 'aria-label': label, value, spellcheck: 'false', 'data-control': control } });
    created.addEventListener('input', () => { changed(created.value); });
    return created;
  };
  const ruleRow = (rule: ColoringRule, index: number): HTMLElement => {
    const enabled = element('input', { attributes: { type: 'checkbox', 'aria-label': `Use ${rule.name}`, 'data-control': 'enabled' } });
    enabled.checked = rule.enabled;
    enabled.addEventListener('change', () => { put(index, { enabled: enabled.checked }); });
    const name = input(rule.name, 'Name', 'name', (text) => { put(index, { name: text }); });
    const filter = input(rule.filter, 'Filter', 'filter', (text) => {
      put(index, { filter: text });
      tools.attempt(check(filter, text));
    });
    const color = element('select', { className: 'input', attributes: { 'aria-label': `Color of ${rule.name}`, 'data-control': 'color' } });
    const own = (rowColors as readonly string[]).includes(rule.color) ? [] : [rule.color];
    color.append(...[...rowColors, ...own].map((value) => element('option', { text: value, attributes: { value } })));
    color.value = rule.color;
    const paint = (): void => {
      const shades = shadesOf(color.value);
      name.style.background = shades?.background ?? '';
      name.style.color = shades?.foreground ?? '';
    };
    color.addEventListener('change', () => {
      put(index, { color: color.value });
      paint();
    });
    paint();
    return element('div', {
      className: 'dialog-row rule-row', attributes: { role: 'listitem' },
      children: [
        enabled, name, filter, color,
        small('↑', `Move ${rule.name} up`, 'up', () => { swap(index, -1, 'up'); }),
        small('↓', `Move ${rule.name} down`, 'down', () => { swap(index, 1, 'down'); }),
        small('×', `Delete ${rule.name}`, 'delete', () => {
          rules = rules.filter((_rule, at) => at !== index);
          show({ row: Math.min(index, rules.length - 1), control: 'delete' });
        }),
      ],
    });
  };
  const check = async (control: HTMLInputElement, text: string): Promise<boolean> => {
    const answer = await tools.host.api.checkFilter({ text });
    const message = text.trim() === '' ? 'A rule needs a filter.' : answer.ok ? '' : answer.error.message;
    if (control.value === text) {
      control.classList.toggle('input--wrong', message !== '');
      setText(note, message);
    }
    return message === '';
  };
  const add = (filter: string): void => {
    rules = [{ name: 'New rule', filter, color: 'accent1', enabled: true }, ...rules];
    show({ row: 0, control: filter === '' ? 'filter' : 'name' });
  };
  /** Keeps the dialog open on the first rule that is not valid. */
  const save = async (): Promise<void> => {
    for (const [index, rule] of rules.entries()) {
      const control = rows.children[index]?.querySelector<HTMLInputElement>('[data-control="filter"]');
      if (control !== null && control !== undefined && !await check(control, rule.filter)) {
        control.focus();
        return;
      }
    }
    tools.change({ rules });
    close();
  };

  show();
  const close = openDialog({
    title: 'Coloring Rules',
    body: [rows, note],
    buttons: [
      { label: 'Save', primary: true, run: () => { tools.attempt(save()); return false; } },
      { label: 'New Rule', run: () => { add(''); return false; } },
      { label: 'Cancel', run: () => undefined },
    ],
  });
  if (first === '') {
    rows.querySelector<HTMLElement>('[data-control="enabled"]')?.focus();
  } else {
    add(first);
  }
}
