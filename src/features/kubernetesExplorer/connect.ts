/** Finds the Kubernetes extension. */
import * as vscode from 'vscode';
import type { ApiBroker } from './contract.ts';
import { KubernetesExplorer, kExplorerExtension } from './explorer.ts';

/** Undefined where it is not installed, or offers another contract. */
export async function connectExplorer(): Promise<KubernetesExplorer | undefined> {
  const extension = vscode.extensions.getExtension<Partial<ApiBroker> | undefined>(kExplorerExtension);
  const broker = await extension?.activate();
  return typeof broker?.get === 'function' ? KubernetesExplorer.connect(broker as ApiBroker) : undefined;
}
