/** The agent's manifests (bpf/deploy) with the user's choices filled in; comments stay, so that they can be read before they are applied. */
import { parseAllDocuments, type Document } from 'yaml';

export interface AgentResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface AgentOptions {
  readonly namespace: string;
  /** '' leaves the one of the manifest. */
  readonly image: string;
  readonly resources: AgentResources;
}

/** An object that is to be applied. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
}

export interface Manifests {
  /** What people read: exactly the objects. */
  readonly text: string;
  readonly objects: readonly Manifest[];
}

/** What a choice may look like: it becomes part of a manifest, and of paths. */
const forms = {
  namespace: /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/,
  image: /^[\w][\w.\-/:@]{0,510}$/,
  quantity: /^\d+(?:\.\d+)?(?:m|k|Ki|M|Mi|G|Gi|T|Ti)?$/,
} as const;

/** Manager of the fields that are ours, for server-side apply. */
export const kFieldManager = 'stratoshark';
/** Label of what the agents are, on the DaemonSet and its pods. */
export const kVersionLabel = 'app.kubernetes.io/version';

function check({ namespace, image, resources }: AgentOptions): void {
  if (!forms.namespace.test(namespace)) throw new Error(`"${namespace}" is no name of a namespace: correct the setting stratoshark.agent.namespace.`);
  if (image !== '' && !forms.image.test(image)) throw new Error(`"${image}" is no name of an image: correct the setting stratoshark.agent.image.`);
  for (const [kind, amounts] of Object.entries(resources)) {
    for (const [name, amount] of Object.entries(amounts as Readonly<Record<string, unknown>>)) {
      if (typeof amount === 'string' && forms.quantity.test(amount)) continue;
      throw new Error(`"${String(amount)}" is no amount of ${name} (${kind}): correct the setting stratoshark.agent.resources, such as "512Mi" or "250m".`);
    }
  }
}

function setNamespace(document: Document, namespace: string): void {
  if (document.get('kind') === 'Namespace') document.setIn(['metadata', 'name'], namespace);
  if (document.hasIn(['metadata', 'namespace'])) document.setIn(['metadata', 'namespace'], namespace);
  if (document.hasIn(['subjects', 0, 'namespace'])) document.setIn(['subjects', 0, 'namespace'], namespace);
  const ours = ['spec', 'matchConstraints', 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name'];
  if (document.hasIn(ours)) document.setIn(ours, namespace);
}

/**
 * The manifests of `texts` (files of bpf/deploy) for these choices. Throws an Error with one sentence where a choice
 * cannot be right.
 */
export function agentManifests(texts: readonly string[], options: AgentOptions): Manifests {
  check(options);
  const documents = texts.flatMap((text) => parseAllDocuments(text)).filter((document): document is Document.Parsed => 'contents' in document && document.contents !== null);
  for (const document of documents) {
    // The marks between them are set below: their order is another then.
    document.directives.docStart = null;
    setNamespace(document, options.namespace);
    if (document.get('kind') !== 'DaemonSet') continue;
    const container = ['spec', 'template', 'spec', 'containers', 0];
    document.setIn(['metadata', 'labels', 'managed-by'], kFieldManager);
    if (options.image !== '') document.setIn([...container, 'image'], options.image);
    for (const [kind, amounts] of Object.entries(options.resources)) {
      for (const [name, amount] of Object.entries(amounts as Readonly<Record<string, string>>)) document.setIn([...container, 'resources', kind, name], amount);
    }
  }
  // Agents come last: by then what holds their users is in force. They also go first.
  const last = (document: Document): number => (document.get('kind') === 'DaemonSet' ? 1 : 0);
  documents.sort((a, b) => last(a) - last(b));
  return { text: documents.map((document) => document.toString({ lineWidth: 0, flowCollectionPadding: false, indentSeq: false })).join('---\n'), objects: documents.map((document) => document.toJS() as Manifest) };
}

/** The label of the version in manifests as they are shipped. */
export function manifestVersion({ objects }: Manifests): string {
  return objects.find(({ kind }) => kind === 'DaemonSet')?.metadata.labels?.[kVersionLabel] ?? '';
}
