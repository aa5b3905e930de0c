/** Where the API has what a deployment is made of, and the rights that takes. */
import type { Right } from '../../cluster/access.ts';
import type { Manifest } from './manifests.ts';

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

const kind = (group: string, version: string, plural: string): Kind => ({ group, version, plural });

const kinds: Readonly<Record<string, Kind>> = {
  Namespace: kind('', 'v1', 'namespaces'),
  ServiceAccount: kind('', 'v1', 'serviceaccounts'),
  ConfigMap: kind('', 'v1', 'configmaps'),
  DaemonSet: kind('apps', 'v1', 'daemonsets'),
  ClusterRole: kind('rbac.authorization.k8s.io', 'v1', 'clusterroles'),
  ClusterRoleBinding: kind('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings'),
  Role: kind('rbac.authorization.k8s.io', 'v1', 'roles'),
  ValidatingAdmissionPolicy: kind('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies'),
  ValidatingAdmissionPolicyBinding: kind('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicybindings'),
};

function kindOf({ kind: name }: Manifest): Kind {
  const found = kinds[name];
  if (found === undefined) throw new Error(`A manifest holds a ${name}, which this version does not know: reinstall the extension.`);
  return found;
}

/** Path of an object. */
export function pathOf(manifest: Manifest): string {
  const { group, version, plural } = kindOf(manifest);
  const { name, namespace } = manifest.metadata;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${group === '' ? '/api' : `/apis/${group}`}/${version}${scope}/${plural}/${encodeURIComponent(name)}`;
}

/** What it takes to do `verbs` to objects; each thing once. */
export function rightsFor(objects: readonly Manifest[], verbs: readonly string[]): readonly Right[] {
  const rights = objects.flatMap((one) => {
    const { group, plural } = kindOf(one);
    return verbs.map((verb): Right => ({ verb, group, resource: plural, namespace: one.metadata.namespace ?? '' }));
  });
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}

/** What it takes to capture by the agents: kubectl creates the exec, a WebSocket client gets it. */
export function captureRights(namespace: string): readonly Right[] {
  return [
    { verb: 'list', group: '', resource: 'pods', namespace },
    ...['get', 'create'].map((verb): Right => ({ verb, group: '', resource: 'pods/exec', namespace })),
  ];
}
