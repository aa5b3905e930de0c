/** Decode As: what a port of the selected packet carries, chosen by the user. */
import type { PacketDetail } from '../../../src/contract/capture.ts';
import type { DecodeTables } from '../../../src/contract/viewing.ts';
import { element, setText } from '../../base/dom.ts';
import { labelled, openDialog } from '../../widgets/dialog.ts';
import { allNodes, valueOf } from '../filterTexts.ts';
import type { Tools } from '../tools.ts';

/** What of a packet can be decoded as something else: `tcp.port==8888`. */
export function decodeTargets({ tree }: PacketDetail): readonly string[] {
  const nodes = allNodes(tree);
  const targets = (fields: readonly string[], table: string): readonly string[] => fields
    .flatMap((field) => nodes.findLast((node) => node.field === field) ?? [])
    .map((node) => `${table}==${valueOf(node)}`)
    // The lower port is more likely the server's.
    .toSorted((a, b) => Number(a.split('==')[1]) - Number(b.split('==')[1]));
  return [...new Set([
    ...targets(['tcp.srcport', 'tcp.dstport'], 'tcp.port'),
    ...targets(['udp.srcport', 'udp.dstport'], 'udp.port'),
    ...targets(['ip.proto'], 'ip.proto'),
    ...targets(['eth.type'], 'ethertype'),
  ])];
}

const targetOf = (rule: string): string => rule.slice(0, rule.lastIndexOf(','));

/** Rules with one more, in place of an earlier one of the same target. */
export const withRule = (rules: readonly string[], rule: string): readonly string[] =>
  [...rules.filter((other) => targetOf(other) !== targetOf(rule)), rule];

export async function openDecodeAs(tools: Tools): Promise<void> {
  const targets = tools.packet === undefined ? [] : decodeTargets((await tools.packetData()).detail);
  const tables = await tools.host.api.decodeTables(undefined);
  let rules = tools.preferences.decodeAs;
  const note = element('div', { className: 'dialog-note', attributes: { role: 'status' } });
  const target = element('input', { className: 'input', attributes: { type: 'text', list: 'decode-targets', value: targets[0] ?? 'tcp.port==', spellcheck: 'false' } });
  const known = element('datalist', { attributes: { id: 'decode-targets' }, children: targets.map((value) => element('option', { attributes: { value } })) });
  const protocol = element('input', { className: 'input', attributes: { type: 'text', list: 'decode-protocols', autocomplete: 'off', spellcheck: 'false' } });
  const choices = element('datalist', { attributes: { id: 'decode-protocols' } });
  const offer = (): void => {
    const names = tables[target.value.split('==')[0]?.trim() ?? ''] ?? [];
    choices.replaceChildren(...names.map((value) => element('option', { attributes: { value } })));
  };
  target.addEventListener('input', offer);
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
  const save = (): boolean => {
    const name = protocol.value.trim().toLowerCase();
    const wrong = name === '' ? '' : problemOf(tables, target.value.trim(), name);
    if (wrong !== '') {
      setText(note, wrong);
      return false;
    }
    tools.change({ decodeAs: name === '' ? rules : withRule(rules, `${target.value.trim()},${name}`) });
    return true;
  };
  show();
  offer();
  openDialog({
    title: 'Decode As',
    body: [present, element('div', { className: 'dialog-row', children: [labelled('What', target), known, labelled('Protocol', protocol), choices] }), note],
    focus: protocol,
    buttons: [
      { label: 'OK', primary: true, run: save },
      { label: 'Cancel', run: () => undefined },
    ],
  });
}

function problemOf(tables: DecodeTables, target: string, protocol: string): string {
  const [table = '', value = ''] = target.split('==');
  const names = tables[table];
  if (names === undefined || !/^(0x[0-9a-f]{1,8}|\d{1,10}([-:]\d{1,10})?)$/i.test(value)) {
    return `"${target}" is not understood: write ${Object.keys(tables).join(', ')}, then == and a number, or a range such as 8000-8010.`;
  }
  return names.includes(protocol) ? '' : `"${protocol}" is no protocol for ${table}. There are: ${names.join(', ')}.`;
}
