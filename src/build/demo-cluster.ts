/** The cluster of `npm run demo -- --cluster`: the lab, brought up where it is not, and taken down if the demo brought it up. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './cache.mjs';
import { BuildError, output, say } from './say.mjs';
import { installPackages } from './system-packages.mjs';

const LAB = path.join(root, 'test/lab/main.ts');

export interface DemoCluster {
  /** Variables by which clients in the workbench find the cluster, whatever proxy the machine uses. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes the cluster down, unless it was up before the demo. */
  down(): void;
}

/** Runs a command of the lab with its progress on stderr; answers whether it succeeded. */
function lab(command: string): boolean {
  return spawnSync(process.execPath, [LAB, command], { stdio: ['ignore', 2, 2] }).status === 0;
}

/** Brings the lab up and answers how it is reached. */
export function demoCluster(): DemoCluster {
  installPackages('lab');
  const stood = output(process.execPath, [LAB, 'kubeconfig']) !== undefined;
  if (!lab('up')) throw new BuildError('the demo has no cluster; the lines above say why. Without --cluster it shows the sample captures');
  const kubeconfig = output(process.execPath, [LAB, 'kubeconfig']) ?? '';
  const status = JSON.parse(output(process.execPath, [LAB, 'status', '--json']) ?? '{}') as { readonly api?: string };
  const address = status.api === undefined ? '' : new URL(status.api).hostname;
  return {
    env: { KUBECONFIG: kubeconfig, NO_PROXY: address, no_proxy: address },
    down: () => {
      if (stood) say('the cluster was up before the demo and stays: "npm run lab down" ends it');
      else lab('down');
    },
  };
}
