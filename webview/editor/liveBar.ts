/** The bar of a capture that is going on: how long, how much, how fast, what was lost, Follow and Stop. */
import type { LiveNode, LiveState, NodeClock } from '../../src/contract/live.ts';
import { element, setText } from '../base/dom.ts';
import { formatBytes, formatCount } from '../base/format.ts';
import { button } from '../widgets/controls.ts';

export interface LiveBarActs {
  readonly onStop: () => void;
  /** Leave packets out for a while, or take them again. */
  readonly onPause: (on: boolean) => void;
  /** The same once more, in another editor. */
  readonly onRestart: () => void;
  /** Show the newest packets as they come. */
  readonly onFollow: () => void;
}

export class LiveBar {
  public readonly root = element('div', { className: 'live-bar', attributes: { role: 'region', 'aria-label': 'Live capture' } });

  private readonly dot = element('span', { className: 'live-dot', attributes: { 'aria-hidden': 'true' } });
  private readonly source = element('strong', { className: 'live-source' });
  private readonly figures = element('span', { className: 'live-figures' });
  private readonly lost = element('span', { className: 'live-lost', attributes: { role: 'status' } });
  private readonly message = element('span', { className: 'live-message', attributes: { role: 'status' } });
  private readonly nodes = element('span', { className: 'live-nodes' });
  private readonly follow: HTMLElement;
  private readonly pause: HTMLElement;
  private readonly restart: HTMLElement;
  private readonly stop: HTMLElement;

  private paused = false;

  public constructor({ onStop, onFollow, onPause, onRestart }: LiveBarActs) {
    this.follow = button('Follow', onFollow, 'secondary');
    this.stop = button('Stop', onStop);
    this.pause = button('Pause', () => { onPause(!this.paused); }, 'secondary');
    this.restart = button('Restart', onRestart, 'secondary');
    this.restart.title = 'Capture the same once more, into a new file';
    this.follow.title = 'Show the newest packets as they come';
    this.root.hidden = true;
    const row = element('div', { className: 'live-row' });
    row.append(this.dot, this.source, this.figures, this.lost, this.nodes, this.follow, this.pause, this.stop, this.restart);
    // Below, and whole: it says what to do.
    this.root.append(row, this.message);
  }

  public show({ running, source, filter, packetsPerSecond, status }: LiveState, following: boolean): void {
    this.root.hidden = false;
    this.root.classList.toggle('running', running);
    this.paused = status.paused === true;
    this.root.classList.toggle('paused', running && this.paused);
    const verb = !running ? 'Captured' : this.paused ? 'Paused' : 'Capturing';
    const { nodes } = status;
    // What was chosen in a cluster says what it is; its filter is long.
    setText(this.source, nodes === undefined ? `${verb} on ${source}${filter === '' ? '' : ` (${filter})`}` : `${verb} ${source}`);
    this.source.title = [this.source.textContent, filter].filter((line) => line !== '').join('\n');
    this.showNodes(nodes ?? []);
    const parts = [
      elapsed(status.milliseconds), `${formatCount(status.packets)} packet${status.packets === 1 ? '' : 's'}`,
      ...(running ? [`${formatCount(packetsPerSecond)}/s`] : []), formatBytes(status.fileBytes),
    ];
    setText(this.figures, parts.join(' · '));
    setText(this.lost, `${formatCount(status.dropped)} dropped`);
    this.lost.classList.toggle('some', status.dropped > 0);
    this.lost.title = 'Packets the kernel had no room for in the capture buffer';
    setText(this.message, status.message ?? '');
    this.stop.hidden = !running;
    this.pause.hidden = !running || nodes === undefined;
    setText(this.pause, this.paused ? 'Resume' : 'Pause');
    this.pause.title = this.paused ? 'Take packets again' : 'Leave packets out until you resume; how many is kept in the file';
    this.restart.hidden = running || nodes === undefined;
    this.follow.hidden = !running || following;
  }

  /** Each node with its state; the cause of trouble is in the message, and here for the mouse. */
  private showNodes(nodes: readonly LiveNode[]): void {
    const texts = nodes.map(({ name, state, clock }) => `${name} ${stateTexts[state]}${clock?.corrected === true ? ` (clock ${clockText(clock)}, corrected)` : ''}`);
    if (this.nodes.textContent !== texts.join(', ')) {
      this.nodes.replaceChildren(...nodes.flatMap((node, at) => [...(at === 0 ? [] : [', ']), element('span', { className: `live-node ${node.state}`, text: texts[at] ?? '' })]));
    }
    this.nodes.title = texts.join('\n');
    const shown = this.nodes.querySelectorAll<HTMLElement>('.live-node');
    for (const [at, { clock }] of nodes.entries()) {
      const span = shown[at];
      if (span !== undefined && clock === undefined) span.removeAttribute('title');
      else if (span !== undefined && clock !== undefined) span.title = `${texts[at] ?? ''}\nIts clock is ${clockText(clock)} from that of ${clock.node} (the truth is within ±${milliseconds(clock.bound)} of that): times are ${clock.corrected ? 'brought to that clock' : 'as it took them'}`;
    }
  }
}

const stateTexts: Readonly<Record<LiveNode['state'], string>> = { connecting: 'connecting…', running: 'running', reconnecting: 'reconnecting…', ended: 'ended', failed: 'failed' };

const milliseconds = (value: number): string => `${Math.abs(value) >= 10 ? value.toFixed(0) : value.toPrecision(2)} ms`;
/** Whole milliseconds where it is many: it changes little while it is looked at. */
const clockText = ({ offset }: NodeClock): string => `${offset < 0 ? '−' : '+'}${milliseconds(Math.abs(offset))}`;

/** 0:07, 12:30, 1:02:03. */
function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${String(hours)}:${two(minutes)}` : String(minutes)}:${two(seconds % 60)}`;
}
