/**
 * The worker that analyses policies, so that large or odd YAML never holds up the extension host.
 * Entry of the bundle dist/policyWorker.js; started by policyClient.ts only.
 */
import { parentPort } from 'node:worker_threads';
import { serve } from '../base/rpc.ts';
import type { PolicyApi, PolicyApiEvents } from '../contract/policy.ts';
import type { RequestMessage } from '../contract/rpc.ts';
import { policyHandlers, PolicyService } from '../policy/editor/service.ts';

const port = parentPort;
if (port === null) {
  process.stderr.write("This is StratoShark's policy worker; it is started by the editor. Use the stratoshark command instead.\n");
  process.exitCode = 64;
} else {
  serve<PolicyApi, PolicyApiEvents>({
    send: (message) => { port.postMessage(message); },
    onMessage: (receive) => { port.on('message', (message: RequestMessage<PolicyApi>) => { receive(message); }); },
  }, policyHandlers(new PolicyService()));
}
