/** Entry of the policy page. */
import './policy.css';
import type { PolicyPageApi, PolicyPageEvents } from '../../src/contract/policy.ts';
import { byId } from '../base/dom.ts';
import { connectToHost } from '../base/host.ts';
import { PolicyPage } from './page.ts';

void new PolicyPage(byId('app'), connectToHost<PolicyPageApi, PolicyPageEvents>()).start();
