/** `stratoshark guest [10m]`: the first process of an ephemeral container, which cannot be removed: it ends when nobody has captured for that long. */
import { exit } from './exit.ts';
import { runningSessions } from './framed.ts';
import { secondsOf } from './quantities.ts';

const kIdle = 600;
/** Between two looks, milliseconds. */
const kLook = 1000;

export async function guestCommand([idle]: readonly string[]): Promise<number> {
  const patience = (idle === undefined ? kIdle : secondsOf('guest', idle)) * 1000;
  let since = Date.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (runningSessions() > 0) since = Date.now();
      else if (Date.now() - since >= patience) end();
    }, kLook);
    const end = (): void => {
      clearInterval(timer);
      resolve();
    };
    // The first process of a container has no default for signals.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  });
  return exit.ok;
}
