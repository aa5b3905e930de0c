/** An input that knows the registry: fields and protocols that fit what is typed. */
import { element } from '../../base/dom.ts';
import type { Tools } from '../tools.ts';

export function fieldInput(tools: Tools, id: string): { readonly root: HTMLElement; readonly input: HTMLInputElement } {
  const list = element('datalist', { attributes: { id } });
  const input = element('input', {
    className: 'input', attributes: { type: 'text', list: id, autocomplete: 'off', spellcheck: 'false' },
  });
  const offer = async (): Promise<void> => {
    const text = input.value;
    const found = await tools.host.api.findFields({ text });
    if (text === input.value) {
      list.replaceChildren(...found.map(({ name, label }) => element('option', { text: label, attributes: { value: name } })));
    }
  };
  input.addEventListener('input', () => { tools.attempt(offer()); });
  return { root: element('span', { children: [input, list] }), input };
}
