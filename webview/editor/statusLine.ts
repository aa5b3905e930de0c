/** The line at the bottom: how many packets, what runs, what file, what is wrong with it, what is selected. */
import type { CaptureStatus, FilterStatus, TreeNode } from '../../src/contract/capture.ts';
import { element, setText } from '../base/dom.ts';
import { formatBytes, formatCount, formatPercent } from '../base/format.ts';
import { button } from '../widgets/controls.ts';

export class StatusLine {
  public readonly root: HTMLElement;

  /** For what features have to say of the whole capture. */
  public readonly extra = element('span', { className: 'status-extra' });
  private readonly said = element('span', { className: 'status-said', attributes: { role: 'status' } });
  private readonly field = element('span', { className: 'status-field' });
  private readonly damage = element('span', { className: 'status-damage', attributes: { role: 'status' } });
  private readonly work = element('span', { className: 'status-work' });
  private readonly workText = element('span');
  private readonly bar = element('progress', { attributes: { max: '1' } });
  private readonly packets = element('span', { className: 'status-packets' });
  private ended = false;
  private readonly kind = element('span', { className: 'status-kind' });

  public constructor(onCancel: () => void) {
    this.work.append(this.bar, this.workText, button('Cancel', onCancel, 'secondary'));
    this.work.hidden = true;
    this.damage.hidden = true;
    this.root = element('footer', {
      className: 'status-line', children: [this.said, this.field, this.damage, this.work, this.extra, this.packets, this.kind],
    });
  }

  /** `filter` is the filter applied or being applied, if there is one. */
  public show(status: CaptureStatus, filter: FilterStatus | undefined): void {
    this.showWork(status, filter);
    const all = `Packets: ${formatCount(status.packets)}`;
    const shown = filter === undefined ? ''
      : ` · Displayed: ${formatCount(filter.matched)} (${formatPercent(filter.matched, status.packets)})`;
    const stopped = status.state === 'cancelled' ? ' · reading stopped' : filter?.state === 'cancelled' ? ' · filtering stopped' : '';
    setText(this.packets, all + shown + stopped);
    setText(this.kind, `${status.fileKind} · ${formatBytes(status.bytesTotal)}`);
    this.damage.hidden = status.damage === undefined;
    setText(this.damage, status.damage?.message ?? '');
    this.damage.title = status.damage?.message ?? '';
  }

  /** Whether the engine has ended: nothing runs then that could be watched or cancelled. */
  public setEnded(ended: boolean): void {
    this.ended = ended;
    this.work.hidden ||= ended;
  }

  /** Something to be read once: it stays until the next of it, or until a field is selected. */
  public say(text: string): void {
    setText(this.said, text);
    this.said.title = text;
  }

  /** The field selected in the tree. */
  public showField(node: TreeNode | undefined): void {
    const bytes = node === undefined || node.length === 0 ? '' : `${formatCount(node.length)} byte${node.length === 1 ? '' : 's'} at ${formatCount(node.offset)}`;
    const parts = node === undefined ? [] : [node.field, bytes];
    setText(this.field, parts.filter((part) => part !== '').join(' · '));
    this.field.title = node?.filter ?? '';
  }

  private showWork(status: CaptureStatus, filter: FilterStatus | undefined): void {
    const indexing = status.state === 'indexing';
    const filtering = filter?.state === 'running';
    this.work.hidden = this.ended || (!indexing && !filtering);
    if (indexing) {
      if (status.bytesRead < status.bytesTotal) this.showProgress('Reading', status.bytesRead, status.bytesTotal);
      else this.showProgress('Analysing', status.analysed, status.packets);
    } else if (filtering) {
      this.showProgress('Filtering', filter.scanned, status.packets);
    }
  }

  private showProgress(what: string, done: number, total: number): void {
    this.bar.value = total === 0 ? 0 : Math.min(1, done / total);
    this.bar.setAttribute('aria-label', what);
    setText(this.workText, `${what} ${formatPercent(Math.min(done, total), total)}`);
  }
}
