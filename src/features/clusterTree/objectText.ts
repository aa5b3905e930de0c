/** Objects as read-only YAML documents. */
import * as vscode from 'vscode';
import { stringify } from 'yaml';
import { kObjectScheme } from '../../contract/contributions.ts';
import { resources, type ResourceName } from '../../cluster/resources.ts';
import type { ClusterTreeModel } from './model.ts';
import type { ObjectRef } from './node.ts';

export function objectUri({ context, resource, namespace, name }: ObjectRef): vscode.Uri {
  const path = ['', context, namespace, resources[resource].plural, `${name}.yaml`].map((part) => part.replaceAll('/', '_')).filter((part, at) => at === 0 || part !== '');
  return vscode.Uri.from({ scheme: kObjectScheme, path: path.join('/'), query: JSON.stringify({ context, resource, namespace, name }) });
}

function refOf(uri: vscode.Uri): ObjectRef {
  const { context, resource, namespace, name } = JSON.parse(uri.query) as Partial<Record<keyof ObjectRef, unknown>>;
  if (typeof context !== 'string' || typeof namespace !== 'string' || typeof name !== 'string') throw new Error('The address of the object is not whole.');
  if (typeof resource !== 'string' || !(resource in resources)) throw new Error('There is no such kind of object.');
  return { context, resource: resource as ResourceName, namespace, name };
}

/** Without what only servers read. */
function shown(object: unknown): unknown {
  const { metadata, ...rest } = object as { readonly metadata?: Readonly<Record<string, unknown>> };
  const { apiVersion, kind, ...others } = rest as Readonly<Record<string, unknown>>;
  return { apiVersion, kind, metadata: Object.fromEntries(Object.entries(metadata ?? {}).filter(([key]) => key !== 'managedFields')), ...others };
}

export class ObjectText implements vscode.TextDocumentContentProvider {
  private readonly model: ClusterTreeModel;

  public constructor(model: ClusterTreeModel) {
    this.model = model;
  }

  public async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { context, resource, namespace, name } = refOf(uri);
    return stringify(shown(await this.model.viewOf(context).read(resource, namespace, name)));
  }
}
