/** Builds the development page and serves it on 127.0.0.1. Run it: npm run exec -- node src/build/devPage.ts [PORT] */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { context } from 'esbuild';

import { root } from './cache.mjs';

const folder = join(root, 'webview', 'dev');
const out = join(root, 'build', 'dev-page');

export interface DevServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Port 0: any free one. */
export async function serveDevPage(port: number): Promise<DevServer> {
  mkdirSync(out, { recursive: true });
  copyFileSync(join(folder, 'index.html'), join(out, 'index.html'));
  const building = await context({
    entryPoints: [join(folder, 'main.ts')],
    outdir: out,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    sourcemap: true,
    logLevel: 'warning',
  });
  await building.rebuild();
  const server = await building.serve({ servedir: out, host: '127.0.0.1', port });
  return { url: `http://127.0.0.1:${String(server.port)}/index.html`, stop: () => building.dispose() };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { url } = await serveDevPage(Number(process.argv[2] ?? 4180));
  console.info(url);
}
