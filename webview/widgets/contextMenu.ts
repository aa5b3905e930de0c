/** When a virtual list's context menu is asked for: by the mouse in a row, by the Menu key or Shift+F10. */
import { isMenuOpen, type MenuPlace } from './menu.ts';
import type { VirtualList } from './virtualList.ts';

export interface MenuRequest {
  readonly row: number;
  /** What the mouse is on; undefined when it was asked for by a key. */
  readonly target: Element | undefined;
  readonly place: MenuPlace;
}

/** `selected` is the row that the keys are about, -1 for none. */
export function onMenuRequest(list: VirtualList, selected: () => number, show: (request: MenuRequest) => void): void {
  const byKey = (): void => {
    const row = selected();
    const box = list.elementOf(row)?.getBoundingClientRect() ?? list.root.getBoundingClientRect();
    if (row >= 0) {
      show({ row, target: undefined, place: { x: box.left + 40, y: box.bottom } });
    }
  };
  list.root.addEventListener('contextmenu', (event) => {
    // VS Code's own menu stays away where the page took the event.
    event.preventDefault();
    const row = list.rowAt(event);
    if (row !== undefined) {
      show({ row, target: event.target instanceof Element ? event.target : undefined, place: { x: event.clientX, y: event.clientY } });
    } else if (event.target === list.root && event.button !== 2 && !isMenuOpen()) {
      byKey();
    }
  });
  list.root.addEventListener('keydown', (event) => {
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault();
      event.stopPropagation();
      byKey();
    }
  });
}
