/** Bundles the TypeScript with esbuild into dist/: extension host, engine process, command line, webview pages. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { root } from './cache.mjs';
import { say } from './say.mjs';

const node: BuildOptions = { platform: 'node', format: 'cjs', target: 'node20' };
const page: BuildOptions = {
  platform: 'browser',
  format: 'esm',
  // The filter editor is large: the page loads it once the first rows are there.
  splitting: true,
  target: 'es2022',
  loader: { '.ttf': 'file' },
  assetNames: 'webview/[name]',
  chunkNames: 'webview/[name]-[hash]',
};

/** What is bundled, and from where. */
const bundles: readonly { readonly out: string; readonly entry: string; readonly options: BuildOptions }[] = [
  { out: 'extension', entry: 'src/extension.ts', options: { ...node, external: ['vscode', './clusterTree.js'] } },
  { out: 'clusterTree', entry: 'src/features/clusterTree.ts', options: { ...node, external: ['vscode'] } },
  { out: 'engine', entry: 'src/engine/process.ts', options: node },
  { out: 'policyWorker', entry: 'src/features/policyWorker.ts', options: node },
  { out: 'cli', entry: 'src/cli/main.ts', options: { ...node, banner: { js: '#!/usr/bin/env node' }, external: ['./cliPolicy.js', './cliAgent.js', './clusterCapture.js'] } },
  { out: 'cliAgent', entry: 'src/cli/cliAgent.ts', options: node },
  { out: 'clusterCapture', entry: 'src/cli/clusterCapture.ts', options: node },
  { out: 'cliPolicy', entry: 'src/cli/cliPolicy.ts', options: node },
  { out: 'webview/editor', entry: 'webview/editor/main.ts', options: page },
  { out: 'webview/follow', entry: 'webview/follow/main.ts', options: page },
  { out: 'webview/policy', entry: 'webview/policy/main.ts', options: page },
];

/** Builds every bundle whose entry exists; returns esbuild's records of what went into each. */
export async function bundle(options: { readonly dev: boolean }): Promise<readonly Metafile[]> {
  // Names of chunks change with their contents: old ones would stay and be packaged.
  rmSync(join(root, 'dist', 'webview'), { recursive: true, force: true });
  mkdirSync(join(root, 'dist'), { recursive: true });
  const metafiles: Metafile[] = [];
  for (const { out, entry, options: own } of bundles) {
    if (!existsSync(join(root, entry))) {
      say(`${entry} is not there yet: dist/${out}.js is left out`);
      continue;
    }
    const result = await build({
      ...own,
      absWorkingDir: root,
      entryPoints: { [out]: entry },
      outdir: 'dist',
      bundle: true,
      minify: !options.dev,
      sourcemap: options.dev ? 'inline' : false,
      legalComments: 'none',
      logLevel: 'warning',
      metafile: true,
    });
    metafiles.push(result.metafile);
  }
  return metafiles;
}
