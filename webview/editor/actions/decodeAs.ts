/** Decode As: what a port of the selected packet carries, chosen by the user. */
import type { PacketDetail } from '../../../src/contract/capture.ts';
import { element, setText } from '../../base/dom.ts';
import { labelled, openDialog } from '../../widgets/dialog.ts';
import { allNodes, valueOf } from '../filterTexts.ts';
import type { Tools } from '../tools.ts';
import { fieldInput } from './fieldInput.ts';

/** What of a packet can be decoded as something else: `tcp.port==8888`. */
export function decodeTargets({ tree }: PacketDetail): readonly string[] {
  const ports: Readonly<Record<string, string>> = {
    'tcp.dstport': 'tcp.port', 'tcp.srcport': 'tcp.port', 'udp.dstport': 'udp.port', 'udp.srcport': 'udp.port',
  };
  const nodes = allNodes(tree);
  const found = Object.entries(ports).flatMap(([field, table]) => {
    const port = nodes.findLast((node) => node.field === field);
    return port === undefined ? [] : [`${table}==${valueOf(port)}`];
  });
  // The lower port is more likely the server's.
  return [...new Set(found)].toSorted((a, b) => portOf(a) - portOf(b));
}

const portOf = (target: string): number => Number(target.split('==')[1]);
const targetOf = (rule: string): string => rule.slice(0, rule.lastIndexOf(','));

/** Rules with one more, in place of an earlier one of the same target. */
export const withRule = (rules: readonly string[], rule: string): readonly string[] =>
  [...rules.filter((other) => targetOf(other) !== targetOf(rule)), rule];

export async function openDecodeAs(tools: Tools): Promise<void> {
  const targets = tools.packet === undefined ? [] : decodeTargets((await tools.packetData()).detail);
  let rules = tools.preferences.decodeAs;
  const note = element('div', { className: 'dialog-note', attributes: { role: 'status' } });
  const target = element('input', { className: 'input', attributes: { type: 'text', list: 'decode-targets', value: targets[0] ?? 'tcp.port==', spellcheck: 'false' } });
  const known = element('datalist', { attributes: { id: 'decode-targets' }, children: targets.map((value) => element('option', { attributes: { value } })) });
  const protocol = fieldInput(tools, 'decode-protocols', true);
  const present = element('div', { className: 'dialog-list', attributes: { role: 'list', 'aria-label': 'Rules in force' } });

  const show = (): void => {
    present.replaceChildren(...rules.map((rule) => {
      const remove = element('button', { className: 'button button--small', text: '×', attributes: { type: 'button', 'aria-label': `Remove ${rule}` } });
      remove.addEventListener('click', () => {
        rules = rules.filter((other) => other !== rule);
        show();
        target.focus();
      });
      return element('div', { className: 'dialog-row', attributes: { role: 'listitem' }, children: [element('code', { className: 'dialog-what', text: rule }), remove] });
    }));
  };
  const save = async (): Promise<void> => {
    const name = protocol.input.value.trim().toLowerCase();
    if (name !== '') {
      const wrong = await problemOf(tools, target.value.trim(), name);
      if (wrong !== '') {
        setText(note, wrong);
        return;
      }
      rules = withRule(rules, `${target.value.trim()},${name}`);
    }
    tools.change({ decodeAs: rules });
    close();
  };
  show();
  const close = openDialog({
    title: 'Decode As',
    body: [present, element('div', { className: 'dialog-row', children: [labelled('What', target), known, labelled('Protocol', protocol.root)] }), note],
    focus: protocol.input,
    buttons: [
      { label: 'OK', primary: true, run: () => { tools.attempt(save()); return false; } },
      { label: 'Cancel', run: () => undefined },
    ],
  });
}

async function problemOf(tools: Tools, target: string, protocol: string): Promise<string> {
  if (!/^(tcp|udp)\.port==\d{1,5}(-\d{1,5}|:\d{1,5})?$/.test(target)) {
    return `"${target}" is not understood: write tcp.port== or udp.port== and a port, or a range such as 8000-8010.`;
  }
  const found = await tools.host.api.findFields({ text: protocol, protocols: true });
  return found.some(({ name }) => name === protocol) ? '' : `"${protocol}" is no protocol that is dissected here.`;
}
