/**
 * The forked engine process: one capture file, served over Node's IPC channel until the host goes.
 * Entry of the bundle dist/engine.js; started by src/engine/forked.ts only.
 */
import { dirname } from 'node:path';
import { serve, type Channel, type Server } from '../base/rpc.ts';
import type { EngineApi, EngineEvents } from '../contract/engine.ts';
import type { ReplyMessage, RequestMessage } from '../contract/rpc.ts';
import { loadAddon } from './addon.ts';
import type { Native } from './native.d.ts';
import { EngineService } from './service.ts';

function main(bundleFolder: string): void {
  const channel: Channel<ReplyMessage<EngineEvents>, RequestMessage<EngineApi>> = {
    // An answer for a host that has just gone fails with EPIPE; 'disconnect' then ends this process.
    send: (message) => { process.send?.(message, () => undefined); },
    onMessage: (receive) => { process.on('message', receive); },
  };
  const load = (): Native => {
    const native = loadAddon(bundleFolder);
    // 'disconnect' is not delivered while the main thread is busy, nor to a process that hangs.
    native.dieWithParent();
    return native;
  };
  const service = new EngineService(load, (event, data) => { server.emit(event, data); });
  const server: Server<EngineEvents> = serve<EngineApi, EngineEvents>(channel, service);
  // The addon's worker threads would keep a process alive whose host is gone: end without waiting for them.
  process.on('disconnect', () => { process.exit(0); });
}

const script = process.argv[1];
if (process.send === undefined || script === undefined) {
  process.stderr.write('This is StratoShark\'s engine process; it is started by the editor. Use the stratoshark command instead.\n');
  process.exitCode = 64;
} else {
  main(dirname(script));
}
