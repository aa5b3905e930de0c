/** An explanation as a list: what decides, with a link to each line of YAML, and changes to preview. */
import type { Explanation, PolicyFix, PolicyPlace } from '../../src/contract/policy.ts';
import { element } from '../base/dom.ts';
import { button } from '../widgets/controls.ts';

export interface Links {
  reveal(place: PolicyPlace): void;
  apply(fix: PolicyFix): void;
}

/** `backend.yaml:16`: a place as people say it. */
export function placeText({ uri, range }: PolicyPlace): string {
  const name = decodeURIComponent(uri.split('/').at(-1) ?? '');
  return `${name}:${String(range.start.line + 1)}`;
}

/** A place that is shown in its file when chosen. */
export function placeLink(place: PolicyPlace, links: Links): HTMLElement {
  const link = element('a', { className: 'place', text: placeText(place), attributes: { href: '#', title: 'Show the line' } });
  link.addEventListener('click', (event) => {
    event.preventDefault();
    links.reveal(place);
  });
  return link;
}

export function explanationView({ verdict, headline, lines, fixes }: Explanation, links: Links): HTMLElement {
  const root = element('section', { className: `explanation verdict-${verdict}` });
  root.append(element('h3', { text: `${verdict === 'allow' ? '✓' : '✕'} ${headline}` }));
  const list = element('ul');
  for (const { text, level, place } of lines) {
    const item = element('li', { className: `level-${String(level)}`, text });
    if (place !== undefined) item.append(' ', placeLink(place, links));
    list.append(item);
  }
  root.append(list);
  for (const fix of fixes) {
    const row = element('div', { className: 'fix' });
    row.append(button('Preview change', () => { links.apply(fix); }, 'secondary'), element('span', { text: `${fix.title} ${fix.detail}` }));
    root.append(row);
  }
  return root;
}
