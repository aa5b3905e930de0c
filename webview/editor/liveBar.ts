/** The bar of a capture that is going on: how long, how much, how fast, what was lost, Follow and Stop. */
import type { LiveState } from '../../src/contract/live.ts';
import { element, setText } from '../base/dom.ts';
import { formatBytes, formatCount } from '../base/format.ts';
import { button } from '../widgets/controls.ts';

export interface LiveBarActs {
  readonly onStop: () => void;
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
  private readonly follow: HTMLElement;
  private readonly stop: HTMLElement;

  public constructor({ onStop, onFollow }: LiveBarActs) {
    this.follow = button('Follow', onFollow, 'secondary');
    this.stop = button('Stop', onStop);
    this.follow.title = 'Show the newest packets as they come';
    this.root.hidden = true;
    this.root.append(this.dot, this.source, this.figures, this.lost, this.message, this.follow, this.stop);
  }

  public show({ running, source, filter, packetsPerSecond, status }: LiveState, following: boolean): void {
    this.root.hidden = false;
    this.root.classList.toggle('running', running);
    setText(this.source, `${running ? 'Capturing' : 'Captured'} on ${source}${filter === '' ? '' : ` (${filter})`}`);
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
    this.follow.hidden = !running || following;
  }
}

/** 0:07, 12:30, 1:02:03. */
function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${String(hours)}:${two(minutes)}` : String(minutes)}:${two(seconds % 60)}`;
}
