/** A draggable bar between two panes; also moved with the arrow keys (WAI-ARIA window splitter). */
import { element } from '../base/dom.ts';

export interface SplitOptions {
  readonly container: HTMLElement;
  readonly first: HTMLElement;
  readonly second: HTMLElement;
  /** 'row': side by side; 'column': one above the other. */
  readonly direction: 'row' | 'column';
  /** Share of the first pane, 0–1. */
  readonly share: number;
  readonly label: string;
  readonly onMoved: (share: number) => void;
}

const kLeastShare = 0.08;
const kKeyStep = 0.02;

const clamp = (share: number): number => Math.min(1 - kLeastShare, Math.max(kLeastShare, share));

export function splitPane(options: SplitOptions): void {
  const { container, first, second, direction } = options;
  const vertical = direction === 'column';
  const bar = element('div', {
    className: `split-bar split-bar--${direction}`,
    attributes: {
      role: 'separator', tabindex: '0', 'aria-label': options.label,
      'aria-orientation': vertical ? 'horizontal' : 'vertical', 'aria-valuemin': '0', 'aria-valuemax': '100',
    },
  });
  let share = clamp(options.share);

  const apply = (): void => {
    first.style.flex = `${String(share)} 1 0`;
    second.style.flex = `${String(1 - share)} 1 0`;
    bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  };
  const move = (next: number): void => {
    share = clamp(next);
    apply();
    options.onMoved(share);
  };

  bar.addEventListener('pointerdown', (down) => {
    bar.setPointerCapture(down.pointerId);
    bar.classList.add('dragging');
    down.preventDefault();
  });
  bar.addEventListener('pointermove', (event) => {
    if (bar.hasPointerCapture(event.pointerId)) {
      const box = container.getBoundingClientRect();
      move(vertical ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width);
    }
  });
  bar.addEventListener('lostpointercapture', () => { bar.classList.remove('dragging'); });
  bar.addEventListener('keydown', (event) => {
    const [less, more] = vertical ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight'];
    if (event.key === less || event.key === more) {
      move(share + (event.key === less ? -kKeyStep : kKeyStep));
      event.preventDefault();
    }
  });

  container.classList.add('split', `split--${direction}`);
  container.append(first, bar, second);
  apply();
}
