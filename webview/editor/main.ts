/** Entry of the capture page. */
import './editor.css';
import './features.css';
import './liveBar.css';
import type { EditorApi, EditorEvents } from '../../src/contract/editor.ts';
import { byId } from '../base/dom.ts';
import { connectToHost } from '../base/host.ts';
import { CapturePage } from './page.ts';
import { loadState } from './state.ts';

void new CapturePage(byId('app'), connectToHost<EditorApi, EditorEvents>(), loadState()).start();
