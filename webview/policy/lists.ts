/** Findings and assertions as lists. */
import type { PanelAssertion, PanelFinding } from '../../src/contract/policy.ts';
import { element } from '../base/dom.ts';
import { explanationView, placeLink, type Links } from './explanationView.ts';

const severitySigns = { error: '✕', warning: '⚠', information: 'ℹ', hint: 'ℹ' } as const;

export function findingList(findings: readonly PanelFinding[], links: Links): HTMLElement {
  const root = element('ul', { className: 'findings' });
  for (const { severity, policy, message, place, rule } of findings) {
    const item = element('li', { className: `finding severity-${severity}`, attributes: { 'data-rule': rule } });
    item.append(element('span', { className: 'sign', text: severitySigns[severity], attributes: { role: 'img', 'aria-label': severity } }));
    if (policy !== '') item.append(element('span', { className: 'policy', text: policy }), ' ');
    item.append(element('span', { text: message }));
    if (place !== undefined) item.append(' ', placeLink(place, links));
    root.append(item);
  }
  if (findings.length === 0) root.append(element('li', { className: 'empty', text: 'Nothing that is unlikely to be meant was found.' }));
  return root;
}

const statuses = {
  holds: { sign: '✓', word: 'holds' },
  violated: { sign: '✕', word: 'violated' },
  'cannot-tell': { sign: '?', word: 'cannot tell' },
} as const;

export function assertionList(assertions: readonly PanelAssertion[], links: Links): HTMLElement {
  const root = element('ul', { className: 'assertions' });
  for (const { status, text, note, place, because } of assertions) {
    const { sign, word } = statuses[status];
    const item = element('li', { className: `assertion status-${status}` });
    item.append(element('span', { className: 'sign', text: sign, attributes: { role: 'img', 'aria-label': word } }), element('code', { text }), ' ', placeLink(place, links));
    if (note !== '') item.append(element('div', { className: 'note', text: note }));
    if (because !== undefined) item.append(explanationView(because, links));
    root.append(item);
  }
  if (assertions.length === 0) {
    root.append(element('li', { className: 'empty', text: 'There are no assertions: write must-allow and must-deny lines into a YAML file of the workspace, such as "must-deny: [dev/* -> shop/app=db]".' }));
  }
  return root;
}
