/** Applies the agent's manifests: what would change is asked first (dry run), then written by server-side apply. */
import { ClusterError, type ApiClient } from '../../cluster/apiClient.ts';
import { kFieldManager, type Manifest } from './manifests.ts';
import { pathOf } from './kinds.ts';

export interface Step {
  readonly manifest: Manifest;
  /** As it is in the cluster; undefined where it is not. */
  readonly live: unknown;
  /** As it would be; what is applied where the server cannot say (its namespace is to come). */
  readonly after: unknown;
  /** It is somebody's own by now, and stays as it is. */
  readonly kept: boolean;
  /** Fields that somebody else manages, with their manager: applied over only where that is confirmed. */
  readonly conflicts: readonly string[];
}

interface Status {
  readonly details?: { readonly causes?: readonly { readonly reason?: unknown; readonly message?: unknown; readonly field?: unknown }[] };
}

/** Reads an object; undefined where there is none. */
async function liveOf(client: ApiClient, path: string): Promise<unknown> {
  try {
    return await client.read(path);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return undefined;
    throw error;
  }
}

function conflictsOf(error: ClusterError): readonly string[] {
  const causes = (error.answer as Status | undefined)?.details?.causes ?? [];
  const named = causes.filter(({ reason }) => reason === 'FieldManagerConflict').map(({ message, field }) => `${String(field)}: ${String(message)}`);
  return named.length > 0 ? named : [error.message];
}

const patch = async (client: ApiClient, manifest: Manifest, { force, dry }: { readonly force: boolean; readonly dry: boolean }): Promise<unknown> => {
  const query = new URLSearchParams({ fieldManager: kFieldManager, ...(force ? { force: 'true' } : {}), ...(dry ? { dryRun: 'All' } : {}) });
  return client.write({ method: 'PATCH', path: `${pathOf(manifest)}?${query.toString()}`, body: manifest, contentType: 'application/apply-patch+yaml' });
};

/** What applying would do, object by object; nothing is written. Throws ClusterError where the server refuses one. */
export async function planDeployment(client: ApiClient, objects: readonly Manifest[], signal?: AbortSignal): Promise<readonly Step[]> {
  const steps: Step[] = [];
  for (const manifest of objects) {
    signal?.throwIfAborted();
    const live = await liveOf(client, pathOf(manifest));
    const whole = { manifest, live, kept: false, conflicts: [] };
    // The operator's filter: written once, empty, and theirs from then on.
    if (manifest.kind === 'ConfigMap' && live !== undefined) {
      steps.push({ ...whole, after: live, kept: true });
      continue;
    }
    try {
      steps.push({ ...whole, after: await patch(client, manifest, { force: false, dry: true }) });
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      if (error.status === 409) {
        steps.push({ ...whole, after: await patch(client, manifest, { force: true, dry: true }), conflicts: conflictsOf(error) });
        continue;
      }
      // A dry run makes no namespace: what goes into it cannot be tried.
      const { namespace } = manifest.metadata;
      const toCome = error.status === 404 && namespace !== undefined && steps.some((step) => step.manifest.kind === 'Namespace' && step.manifest.metadata.name === namespace && step.live === undefined);
      if (!toCome) throw error;
      steps.push({ ...whole, after: manifest });
    }
  }
  return steps;
}

/** Writes what was planned, in order; `onStep` before each. Throws ClusterError; `signal` ends it between two objects. */
export async function applyDeployment(client: ApiClient, steps: readonly Step[], onStep: (manifest: Manifest) => void, signal: AbortSignal): Promise<void> {
  for (const { manifest, kept, conflicts } of steps) {
    if (kept) continue;
    signal.throwIfAborted();
    onStep(manifest);
    await patch(client, manifest, { force: conflicts.length > 0, dry: false });
  }
}

/** What stays when the agent goes: the namespace may hold more, and an operator's filter is the operator's. */
const stays = new Set(['Namespace', 'ConfigMap']);

/** What removing would delete: objects that are there and carry our label, DaemonSet and admission binding first. Nothing is written. */
export async function planRemoval(client: ApiClient, objects: readonly Manifest[]): Promise<readonly Manifest[]> {
  const found: Manifest[] = [];
  for (const manifest of [...objects].reverse()) {
    if (stays.has(manifest.kind)) continue;
    const live = (await liveOf(client, pathOf(manifest))) as Manifest | undefined;
    if (live?.metadata.labels?.['app'] === 'stratoshark') found.push(manifest);
  }
  return found;
}

/** Deletes what was planned. Throws ClusterError. */
export async function removeObjects(client: ApiClient, objects: readonly Manifest[], onStep: (manifest: Manifest) => void): Promise<void> {
  for (const manifest of objects) {
    onStep(manifest);
    try {
      await client.write({ method: 'DELETE', path: `${pathOf(manifest)}?propagationPolicy=Background` });
    } catch (error) {
      // Somebody was faster.
      if (!(error instanceof ClusterError && error.status === 404)) throw error;
    }
  }
}
