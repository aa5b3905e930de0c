/** Quick fixes: how a finding or an error is mended in the text, where it can be. */
import type { PolicyEdit, PolicyFix } from '../../contract/policy.ts';
import type { PatchOperation } from '../jsonPatch.ts';
import type { Finding, Near } from '../hygiene.ts';
import type { LintError } from '../lint.ts';
import type { Policy } from '../model.ts';
import { asArray, asLabels, get } from '../read.ts';
import { refText, type YamlPath } from '../types.ts';
import type { YamlObject } from '../yaml.ts';
import { appendDocument, EditError, YamlEditor, type OffsetEdit } from './edits.ts';
import { GivenObjects, textRange, type SourceFile } from './files.ts';
import { podCount } from './words.ts';
import type { World } from './world.ts';

/** An object with the file whose text is changed. */
export interface Target {
  readonly file: SourceFile;
  readonly object: YamlObject;
}

/** Characters before an edit that must still be there. */
const CONTEXT = 40;

function policyEdit({ file, object }: Target, { start, end, text }: OffsetEdit): PolicyEdit {
  return { uri: file.uri, range: textRange(object.range(start, end)), text, expected: file.text.slice(Math.max(0, start - CONTEXT), end) };
}

/** A fix of one edit; undefined where the text is laid out so that it cannot be made. */
function fix(target: Target, title: string, detail: string, preferred: boolean, make: (editor: YamlEditor) => OffsetEdit): PolicyFix | undefined {
  try {
    return { title, detail, preferred, edits: [policyEdit(target, make(new YamlEditor(target.file.text, target.object)))] };
  } catch (error) {
    if (error instanceof EditError) return undefined;
    throw error;
  }
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((parent, part) => (typeof part === 'number' ? asArray(parent)?.[part] : get(parent, part)), value);
}

const POD_SELECTORS: readonly YamlPath[] = [[], ['podSelector'], ['pods', 'podSelector']];
const NAMESPACE_SELECTORS: readonly YamlPath[] = [['namespaceSelector'], ['namespaces'], ['namespaces', 'namespaceSelector'], ['pods', 'namespaceSelector'], []];

/** Where the selector of a finding stands; undefined where the document does not show it. */
function selectorPath(document: unknown, base: YamlPath, of: Near['of']): YamlPath | undefined {
  const places = of === 'pods' ? POD_SELECTORS : NAMESPACE_SELECTORS;
  return places
    .map((rest) => [...base, ...rest])
    .find((path) => {
      const value = valueAt(document, path);
      return get(value, 'matchLabels') !== undefined || get(value, 'matchExpressions') !== undefined;
    });
}

/** Where a requirement of a selector stands: the entry of matchLabels, or the item of matchExpressions. */
function requirementPath(document: unknown, selector: YamlPath, requirement: number): YamlPath {
  const keys = Object.keys(asLabels(get(valueAt(document, selector), 'matchLabels')));
  const key = keys[requirement];
  return key === undefined ? [...selector, 'matchExpressions', requirement - keys.length] : [...selector, 'matchLabels', key];
}

/** The requirement a near miss is about; undefined for a finding without one. */
export function nearPath({ object }: Target, finding: Finding): YamlPath | undefined {
  const first = finding.near?.misses[0];
  if (finding.near === undefined || first === undefined) return undefined;
  const selector = selectorPath(object.value, finding.path, finding.near.of);
  return selector === undefined ? undefined : requirementPath(object.value, selector, first.requirement);
}

function nearFixes(target: Target, finding: Finding, near: Near): readonly (PolicyFix | undefined)[] {
  const selector = selectorPath(target.object.value, finding.path, near.of);
  if (selector === undefined) return [];
  return near.misses.map(({ requirement, key, value, count, where, differs }, at) => {
    const wanted = near.selector.requirements[requirement];
    if (wanted === undefined) return undefined;
    const path = requirementPath(target.object.value, selector, requirement);
    const what = near.of === 'pods' ? `${podCount(count)} of ${where}` : where;
    const title = `Change ${wanted.key}=${wanted.values.join(',')} to ${key}=${value} (${what})`;
    return fix(target, title, finding.message, at === 0, (editor) => {
      const single = path.at(-2) === 'matchLabels';
      if (differs === 'value') return editor.replaceScalar(single ? path : [...path, 'values', 0], value);
      if (!wanted.values.includes(value)) throw new EditError('Key and value differ: change them by hand.');
      return single ? editor.renameKey(path, key) : editor.replaceScalar([...path, 'key'], key);
    });
  });
}

function portFixes(target: Target, finding: Finding): readonly (PolicyFix | undefined)[] {
  const seen = new Set<string>();
  const named = finding.rule === 'unknown-port-name';
  const path = [...finding.path, 'port'];
  if (valueAt(target.object.value, path) === undefined) return [];
  const protocol = valueAt(target.object.value, [...finding.path, 'protocol']) ?? 'TCP';
  return (finding.declared ?? [])
    .filter((port) => port.protocol === protocol && (!named || port.name !== undefined))
    .filter((port) => {
      const key = `${port.name ?? ''}/${port.containerPort}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, 5)
    .map(({ name, containerPort }, at, all) => {
      const value = named && name !== undefined ? name : containerPort;
      const other = named ? ` (${containerPort})` : name === undefined ? '' : ` (${name})`;
      return fix(target, `Use port ${value}${other}`, finding.message, at === 0 && all.length === 1, (editor) => editor.replaceScalar(path, value));
    });
}

/** The rule that lets names be resolved: to the cluster's DNS pods, UDP and TCP 53. */
function dnsRule(world: World): unknown {
  const server = world.cluster.state.pods.find((pod) => pod.labels['k8s-app'] === 'kube-dns');
  return {
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': server?.ns ?? 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
    ],
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  };
}

/** What mends a finding, the likeliest first. */
export function findingFixes(world: World, target: Target, finding: Finding): readonly PolicyFix[] {
  const made: readonly (PolicyFix | undefined)[] = ((): readonly (PolicyFix | undefined)[] => {
    if (finding.near !== undefined) return nearFixes(target, finding, finding.near);
    switch (finding.rule) {
      case 'undeclared-port':
      case 'unknown-port-name':
        return portFixes(target, finding);
      case 'redundant-rule':
        return [fix(target, 'Remove the rule', finding.message, true, (editor) => editor.removeItem(finding.path))];
      case 'dns-blocked':
        return [fix(target, 'Allow DNS (UDP and TCP 53 to kube-dns)', finding.message, true, (editor) => editor.add(['spec', 'egress', '-'], dnsRule(world)))];
      default:
        return [];
    }
  })();
  return made.filter((one) => one !== undefined);
}

/** What mends an error the API server would report. */
export function errorFixes(target: Target, { path, message }: LintError): readonly PolicyFix[] {
  const meant = /; did you mean "([^"]+)"\?$/.exec(message)?.[1];
  const version = /: use ([a-z0-9./]+)$/.exec(message)?.[1];
  const made = [
    meant === undefined ? undefined : fix(target, `Change to "${meant}"`, message, true, (editor) => editor.renameKey(path, meant)),
    version === undefined || path.at(-1) !== 'apiVersion' ? undefined : fix(target, `Use ${version}`, message, true, (editor) => editor.replaceScalar(path, version)),
    message.endsWith('put it in quotes') ? fix(target, 'Put it in quotes', message, true, (editor) => editor.quote(path)) : undefined,
  ];
  return made.filter((one) => one !== undefined);
}

function pointerPath(pointer: string, document: unknown): YamlPath {
  const parts = pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const path: (string | number)[] = [];
  let value = document;
  for (const part of parts) {
    const list = asArray(value);
    const step = list !== undefined && /^\d+$/.test(part) ? Number(part) : part;
    path.push(step);
    value = typeof step === 'number' ? list?.[step] : get(value, step);
  }
  return path;
}

/**
 * Operations of a suggested change as edits of the files the policies are in. A new policy goes to the end of the
 * file of `near`. undefined where a policy is in no file, or its text cannot be edited safely.
 */
export function patchEdits(world: World, operations: readonly PatchOperation[], near: Policy | undefined): readonly PolicyEdit[] | undefined {
  const edits: PolicyEdit[] = [];
  for (const { object, path, value } of operations) {
    if (path === '') {
      const home = near === undefined ? undefined : world.sourceOf(near);
      // A document cannot be put behind JSON.
      if (home === undefined || home.file instanceof GivenObjects || home.file.uri.endsWith('.json') || home.object.path.length > 0) return undefined;
      edits.push(policyEdit(home, appendDocument(home.file.text, value)));
      continue;
    }
    const source = world.sources.find(({ policy }) => refText(policy.ref) === refText(object));
    if (source === undefined || source.file instanceof GivenObjects) return undefined;
    try {
      edits.push(policyEdit(source, new YamlEditor(source.file.text, source.object).add(pointerPath(path, source.object.value), value)));
    } catch (error) {
      if (error instanceof EditError) return undefined;
      throw error;
    }
  }
  return edits;
}
