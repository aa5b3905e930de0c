/** What a capture page remembers when it is hidden or the window is reloaded. */
import type { FindWhere } from '../../src/contract/viewing.ts';
import { PageState } from '../base/host.ts';

export interface EditorState {
  /** The filter applied. */
  filter: string;
  /** Frame selected, 0: none. */
  frame: number;
  /** First row in view. */
  top: number;
  /** Share of the packet list of the page's height, and of the tree of the lower half's width. */
  listShare: number;
  treeShare: number;
  /** Frames that are ignored, or that time is counted from, ascending. */
  marks: Readonly<Record<'ignored' | 'references', readonly number[]>>;
  /** What was looked for last. */
  find: { readonly where: FindWhere; readonly text: string; readonly matchCase: boolean };
  /** Paths of open branches of the dissection tree. */
  expanded: readonly string[];
}

/** Open branches remembered: enough for people, small enough to write at every change. */
const kMostExpanded = 500;

export type SavedState = PageState<EditorState>;

export const loadState = (): SavedState =>
  new PageState<EditorState>({
    filter: '', frame: 0, top: 0, listShare: 0.55, treeShare: 0.48, expanded: [],
    marks: { ignored: [], references: [] }, find: { where: 'list', text: '', matchCase: false },
  });

export const rememberExpanded = (state: SavedState, expanded: readonly string[]): void => {
  state.set('expanded', expanded.slice(-kMostExpanded));
};
