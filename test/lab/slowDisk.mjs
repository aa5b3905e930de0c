/** Preloaded by a test: files are written at 5 MB/s, as by a slow disk with no cache before it. */
import { open } from 'node:fs/promises';

const kBytesPerMillisecond = 5000;
const kMostAtOnce = 64 * 1024;

const any = await open('/dev/null');
const files = Object.getPrototypeOf(any);
await any.close();

const { write } = files;
let free = 0;
files.write = async function slowly(bytes, offset, length, position) {
  const part = Math.min(length, kMostAtOnce);
  free = Math.max(free, performance.now()) + part / kBytesPerMillisecond;
  await new Promise((resolve) => { setTimeout(resolve, free - performance.now()); });
  return write.call(this, bytes, offset, part, position);
};
