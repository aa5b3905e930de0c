/** Judges documents as the API server does with strict field validation: accepted, or every error with its place. */
import { decode, type DocumentError, type Report } from './decode.ts';
import { policyKindOf } from './compile.ts';
import { asObject, asString, get } from './read.ts';
import { networkPolicyShape } from './schema.ts';
import { adminShapes } from './schemaAdmin.ts';
import { pathText, type PolicyKind } from './types.ts';
import { validateAdminPolicy } from './validateAdminPolicy.ts';
import { validateNetworkPolicy } from './validateNetworkPolicy.ts';
import { parseYaml, type Range, type YamlObject } from './yaml.ts';

export interface LintError extends DocumentError {
  readonly range: Range;
}

export interface LintResult {
  readonly object: YamlObject;
  /** undefined: not a policy, and not judged. */
  readonly kind: PolicyKind | undefined;
  readonly accepted: boolean;
  readonly errors: readonly LintError[];
}

/** Versions the API server serves, by kind. */
const VERSIONS: Readonly<Record<PolicyKind, string>> = {
  NetworkPolicy: 'networking.k8s.io/v1',
  AdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1',
  BaselineAdminNetworkPolicy: 'policy.networking.k8s.io/v1alpha1',
  ClusterNetworkPolicy: 'policy.networking.k8s.io/v1alpha2',
};

/** Groups of vendors that have a NetworkPolicy of their own: those are not judged here. */
const FOREIGN_GROUPS = new Set(['projectcalico.org', 'crd.projectcalico.org', 'crd.antrea.io', 'controlplane.antrea.io']);

/** Kinds of the same groups that are no policies. */
const OTHER_NETWORKING = new Set(['Ingress', 'IngressClass', 'IPAddress', 'ServiceCIDR']);

/** What is wrong with apiVersion and kind, for a document that claims to be a policy; undefined for other objects. */
function headerProblem(value: unknown): { readonly key: 'apiVersion' | 'kind'; readonly message: string } | undefined {
  const apiVersion = get(value, 'apiVersion');
  const kind = get(value, 'kind');
  if (typeof kind !== 'string' || kind === '') return { key: 'kind', message: 'kind must be given (NetworkPolicy)' };
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    return { key: 'apiVersion', message: 'apiVersion must be given (networking.k8s.io/v1)' };
  }
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const known = Object.hasOwn(VERSIONS, kind) ? VERSIONS[kind as PolicyKind] : undefined;
  if (known !== undefined) {
    if (FOREIGN_GROUPS.has(group)) return undefined;
    return apiVersion === known ? undefined : { key: 'apiVersion', message: `${kind} is not served as ${apiVersion}: use ${known}` };
  }
  if (group === 'extensions') return { key: 'apiVersion', message: `${apiVersion} is not served any more: use networking.k8s.io/v1` };
  if (kind.startsWith('NetworkPolic') && !FOREIGN_GROUPS.has(group)) return { key: 'kind', message: `there is no kind "${kind}" in ${apiVersion}` };
  if (group === 'policy.networking.k8s.io' || (group === 'networking.k8s.io' && !OTHER_NETWORKING.has(kind))) {
    return { key: 'kind', message: `there is no kind "${kind}" in ${apiVersion}` };
  }
  return undefined;
}

function judge(object: YamlObject, report: Report): void {
  const { value, problems } = object;
  for (const problem of problems) {
    report(problem.kind === 'duplicate' ? 'StrictDecode' : 'Decode', [], problem.message);
  }
  if (problems.some((problem) => problem.kind === 'syntax')) return;
  if (asObject(value) === undefined) {
    report('Decode', [], 'this is not a Kubernetes object: an object is a map with apiVersion, kind and metadata');
    return;
  }
  const header = headerProblem(value);
  if (header !== undefined) {
    report('Decode', [header.key], header.message);
    return;
  }
  const kind = policyKindOf(value);
  if (kind === undefined) return;
  const wrongTypes: string[] = [];
  decode(kind === 'NetworkPolicy' ? networkPolicyShape : adminShapes[kind], value, [], (type, path, message) => {
    if (type === 'Decode') wrongTypes.push(message);
    report(type, path, message);
  });
  if (wrongTypes.length > 0) return;
  if (kind === 'NetworkPolicy') validateNetworkPolicy(value, report);
  else validateAdminPolicy(value, kind, report);
}

/** Judges one object. */
export function lintObject(object: YamlObject): LintResult {
  const errors: LintError[] = [];
  judge(object, (type, path, message) => {
    // Errors of the text itself carry their own position.
    const problem = path.length === 0 ? object.problems.find((one) => one.message === message) : undefined;
    errors.push({ type, field: pathText(path), path, message, range: problem?.range ?? object.rangeOf(path) });
  });
  return { object, kind: policyKindOf(object.value), accepted: errors.length === 0, errors };
}

/** Judges every object of a text (YAML or JSON, several documents). Never throws. */
export function lintText(text: string): readonly LintResult[] {
  return parseYaml(text).map(lintObject);
}

/** `shop/web`, or the name alone: what an object calls itself. */
export function objectName(value: unknown): string {
  const metadata = get(value, 'metadata');
  const namespace = asString(get(metadata, 'namespace'));
  const name = asString(get(metadata, 'name')) ?? '';
  return namespace === undefined ? name : `${namespace}/${name}`;
}
