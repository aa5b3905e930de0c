/** Entry of the page of a followed stream. */
import './follow.css';
import type { FollowApi, FollowEvents } from '../../src/contract/follow.ts';
import { byId } from '../base/dom.ts';
import { connectToHost, PageState } from '../base/host.ts';
import { FollowStreamPage, type FollowState } from './page.ts';

void new FollowStreamPage(
  byId('app'), connectToHost<FollowApi, FollowEvents>(), new PageState<FollowState>({ format: 'ascii', side: -1 }),
).start();
