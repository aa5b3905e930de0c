/** Go to packet: asks for a number. */
import { element, setText } from '../../base/dom.ts';
import { labelled, openDialog } from '../../widgets/dialog.ts';
import type { Tools } from '../tools.ts';

export function goToPacket(tools: Tools): void {
  const input = element('input', {
    className: 'input', attributes: { type: 'text', inputmode: 'numeric', autocomplete: 'off', 'aria-describedby': 'go-note' },
  });
  const note = element('div', { className: 'dialog-note', attributes: { id: 'go-note', role: 'status' } });
  openDialog({
    title: 'Go to Packet',
    body: [labelled('Packet number', input), note],
    focus: input,
    buttons: [
      {
        label: 'Go', primary: true,
        run: () => {
          const frame = Number(input.value.replaceAll(/[,\s]/g, ''));
          if (!Number.isInteger(frame) || frame < 1) {
            setText(note, 'Type the number of a packet: 1 is the first.');
            return false;
          }
          tools.attempt(tools.goTo(frame));
          return undefined;
        },
      },
      { label: 'Cancel', run: () => undefined },
    ],
  });
}
