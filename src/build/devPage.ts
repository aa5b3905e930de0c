/**
 * Builds the capture page's development form and serves it on 127.0.0.1; builds again when a source changes.
 * Run it: npm run exec -- node src/build/devPage.ts [PORT]
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { context } from 'esbuild';
import { root } from './cache.mjs';

const folder = join(root, 'webview', 'dev');
/** Of this process alone: test files run side by side. */
const out = join(root, 'build', 'dev-page', String(process.pid));

export interface DevServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Pages by name: `main` has generated packets; `engine`, `follow` and `policy` a host that the test provides. */
export type DevPage = 'main' | 'engine' | 'follow' | 'policy';

/** Port 0: any free one. Only the pages named are built; the address is that of `main`. */
export async function serveDevPage(port: number, pages: readonly DevPage[] = ['main', 'engine']): Promise<DevServer> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const page of pages) {
    const name = page === 'main' ? 'index.html' : `${page}.html`;
    copyFileSync(join(folder, name), join(out, name));
  }
  // One build each: code shared by both would run before the host that it asks for.
  const building = await Promise.all(pages.map((page) => context({
    entryPoints: [join(folder, `${page}.ts`)],
    outdir: out,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    logLevel: 'warning',
  })));
  await Promise.all(building.map((one) => one.rebuild()));
  const server = createServer((request, response) => {
    // One flat folder: the last part of the path is all there is, so nothing outside it can be named.
    const name = basename(new URL(request.url ?? '/', 'http://localhost').pathname);
    try {
      const body = readFileSync(join(out, name));
      response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  const { port: bound } = server.address() as AddressInfo;
  await Promise.all(building.map((one) => one.watch()));
  return {
    url: `http://127.0.0.1:${String(bound)}/index.html`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all(building.map((one) => one.dispose()));
      rmSync(out, { recursive: true, force: true });
    },
  };
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf',
};

if (import.meta.main) {
  const { url } = await serveDevPage(Number(process.argv[2] ?? 4180));
  console.info(url);
}
