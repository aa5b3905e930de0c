/** What stands above a followed stream: layer, side, format, search, filter, saving. */
import type { FollowInfo, FollowLayer, FollowView } from '../../src/contract/follow.ts';
import { element, setText } from '../base/dom.ts';
import { formatBytes } from '../base/format.ts';
import { button } from '../widgets/controls.ts';
import { formatNames, formats, type Format } from './rows.ts';

export interface ToolbarActs {
  readonly layer: (layer: FollowLayer) => void;
  readonly side: (side: FollowView['side']) => void;
  readonly format: (format: Format) => void;
  readonly find: () => void;
  readonly filter: () => void;
  readonly save: () => void;
}

export interface SearchWish {
  readonly text: string;
  readonly hex: boolean;
  readonly anyCase: boolean;
}

function choice(label: string, className: string, onChosen: (value: string) => void): HTMLSelectElement {
  const created = element('select', { className, attributes: { 'aria-label': label, title: label } });
  created.addEventListener('change', () => { onChosen(created.value); });
  return created;
}

const option = (value: string, text: string): HTMLOptionElement => element('option', { text, attributes: { value } });

const layerNames: Readonly<Record<FollowLayer, string>> = { tcp: 'TCP', udp: 'UDP', http: 'HTTP', tls: 'TLS, decrypted' };

export class Toolbar {
  public readonly root: HTMLElement;
  private readonly layers: HTMLSelectElement;
  private readonly sides: HTMLSelectElement;
  private readonly formats: HTMLSelectElement;
  private readonly text = element('input', { className: 'follow-find', attributes: { type: 'search', placeholder: 'Find in stream', 'aria-label': 'Find in stream' } });
  private readonly hex = element('input', { attributes: { type: 'checkbox', 'aria-label': 'Hexadecimal bytes' } });
  private readonly exact = element('input', { attributes: { type: 'checkbox', 'aria-label': 'Match case' } });
  private readonly note = element('span', { className: 'follow-note', attributes: { role: 'status' } });
  private readonly filterButton: HTMLElement;

  public constructor(format: Format, acts: ToolbarActs) {
    this.layers = choice('Layer', 'follow-layer', (layer) => { acts.layer(layer as FollowLayer); });
    this.sides = choice('Side', 'follow-side', (side) => { acts.side(Number(side) as FollowView['side']); });
    this.formats = choice('Shown as', 'follow-format', (format) => { acts.format(format as Format); });
    this.formats.append(...formats.map((one) => option(one, formatNames[one])));
    this.formats.value = format;
    this.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        acts.find();
      }
    });
    this.filterButton = button('Filter packets', acts.filter, 'secondary');
    this.root = element('div', {
      className: 'follow-bar', attributes: { role: 'toolbar', 'aria-label': 'Stream' },
      children: [
        this.layers, this.sides, this.formats, this.text,
        element('label', { className: 'follow-check', children: [this.hex, element('span', { text: 'hex' })] }),
        element('label', { className: 'follow-check', children: [this.exact, element('span', { text: 'Aa' })] }),
        button('Find Next', acts.find, 'secondary'), this.filterButton, button('Save as Raw…', acts.save, 'secondary'), this.note,
      ],
    });
  }

  public show(info: FollowInfo): void {
    const layers: readonly FollowLayer[] = info.layer === 'udp' ? ['udp'] : ['tcp', 'http', 'tls'];
    this.layers.replaceChildren(...layers.map((layer) => option(layer, `${layerNames[layer]} stream ${String(info.stream)}`)));
    this.layers.value = info.layer;
    const before = this.sides.value;
    const [a, b] = info.nodes;
    const total = a.bytes + b.bytes;
    this.sides.replaceChildren(
      option('-1', `Both sides (${formatBytes(total)})`),
      option('0', `${a.address} → ${b.address} (${formatBytes(a.bytes)})`),
      option('1', `${b.address} → ${a.address} (${formatBytes(b.bytes)})`),
    );
    this.sides.value = before === '' ? '-1' : before;
  }

  public get wish(): SearchWish {
    return { text: this.text.value, hex: this.hex.checked, anyCase: !this.exact.checked };
  }

  public focusFind(): void {
    this.text.focus();
    this.text.select();
  }

  public showFiltered(filter: string | undefined): void {
    setText(this.filterButton, filter === undefined ? 'Filter packets' : 'Show packets as before');
    this.say(filter === undefined ? '' : `filter: ${filter}`);
  }

  public say(text: string): void {
    setText(this.note, text);
  }
}
