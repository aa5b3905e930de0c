/** Deploying and upgrading: rights, plan, the user's word, server-side apply, rollout. */
import * as vscode from 'vscode';
import { applyDeployment, planDeployment, type Step } from '../../capture/deployment/apply.ts';
import { captureRights, rightsFor } from '../../capture/deployment/kinds.ts';
import { kFieldManager, type Manifest, type Manifests } from '../../capture/deployment/manifests.ts';
import { RolloutWatch, troubles, type Rollout } from '../../capture/deployment/rollout.ts';
import { reviewAccess, rightsText, type Right } from '../../cluster/access.ts';
import { ApiClient } from '../../cluster/apiClient.ts';
import { Command } from '../../contract/contributions.ts';
import { agentOptions, shippedManifests } from '../agentSettings.ts';
import type { ActionContext } from './action.ts';
import { changes, confirm, showPlan } from './agentReview.ts';
import { notify, notifyProgress } from '../notify.ts';

export interface Wish {
  readonly context: string;
  /** With the admission policy that holds users to namespaces. */
  readonly held: boolean;
}

interface Plan {
  readonly manifests: Manifests;
  readonly steps: readonly Step[];
  /** What the user may not do of what capturing takes. */
  readonly lacking: readonly Right[];
}

const objectText = ({ kind, metadata: { name, namespace } }: Manifest): string => `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

const missing = async (client: ApiClient, rights: readonly Right[]): Promise<readonly Right[]> => (await reviewAccess(client, rights)).filter(({ allowed }) => !allowed);

/** What would change; `lacks`: rights without which nothing can be applied. */
async function plan(client: ApiClient, { held }: Wish, home: string, signal: AbortSignal): Promise<Plan | { readonly manifests: Manifests; readonly lacks: readonly Right[] }> {
  const manifests = shippedManifests(home, held);
  const rights = rightsFor(manifests.objects, ['get', 'create', 'patch']);
  const [lacks, lacking] = await Promise.all([missing(client, rights), missing(client, captureRights(agentOptions().namespace))]);
  return lacks.length > 0 ? { manifests, lacks } : { manifests, lacking, steps: await planDeployment(client, manifests.objects, signal) };
}

async function refuse(context: string, manifests: Manifests, lacks: readonly Right[], { review }: ActionContext): Promise<void> {
  const show = 'Show Manifests';
  const answer = await notify.error(
    `Your account may not deploy the agent in ${context}: it lacks the right to ${rightsText(lacks)}. Ask for it, or give the manifests to who has it.`, show,
  );
  if (answer === show) await showPlan(review, manifests, [], context);
}

/** What of the plan the user is told before saying yes. */
function detailOf({ steps, lacking }: Plan): string {
  const changed = steps.filter(changes);
  const conflicts = steps.flatMap(({ conflicts: list }) => list);
  const kept = steps.filter((step) => step.kept);
  return [
    changed.map(({ manifest, live }) => `${live === undefined ? 'Create' : 'Change'} ${objectText(manifest)}`).join('\n'),
    kept.length === 0 ? '' : `Stays as it is: ${kept.map(({ manifest }) => objectText(manifest)).join(', ')}.`,
    conflicts.length === 0 ? '' : `Taken over from others:\n${conflicts.join('\n')}`,
    lacking.length === 0 ? '' : `You will not be able to capture: your account lacks the right to ${rightsText(lacking)}.`,
    `Applied as field manager "${kFieldManager}".`,
  ].filter((part) => part !== '').join('\n\n');
}

const stateText = (state: Rollout): string => [`${state.ready} of ${state.wanted} nodes ready`, ...troubles(state).slice(0, 1)].join('. ');

/** Follows the rollout to its end; what it came to is told. */
async function watchRollout(client: ApiClient, context: string, progress: vscode.Progress<{ readonly message?: string }>, signal: AbortSignal): Promise<Rollout> {
  return new RolloutWatch(client, agentOptions().namespace).follow(({ done }) => done, (state) => { progress.report({ message: `${context}: ${stateText(state)}` }); }, signal);
}

/** Runs with a notification that can cancel. */
async function underWay<T>(title: string, run: (progress: vscode.Progress<{ readonly message?: string }>, signal: AbortSignal) => Promise<T>): Promise<T> {
  return notifyProgress(title, async (progress, token) => {
    const ended = new AbortController();
    token.onCancellationRequested(() => { ended.abort(); });
    return run(progress, ended.signal);
  });
}

function tell(context: string, state: Rollout, { lacking }: Plan, parts: ActionContext): void {
  parts.log.info(`Agent in ${context}: ${stateText(state)}`);
  if (state.done) {
    const hint = lacking.length === 0 ? 'Capture from the menu of a pod, Service or node.' : `To capture, your account needs the right to ${rightsText(lacking)}.`;
    void notify.information(`The agent runs on ${state.ready} of ${state.wanted} nodes of ${context}. ${hint}`);
    return;
  }
  const why = troubles(state);
  const show = 'Show Status';
  void notify.warning(`The agent is ready on ${state.ready} of ${state.wanted} nodes of ${context}; the rollout goes on in the cluster. ${why.join(' ')}`, show)
    .then((answer) => { if (answer === show) void vscode.commands.executeCommand(Command.agentStatus, { id: '', label: context, icon: '', menu: 'context', context }); });
}

/** Shows what would be applied, asks, applies and follows the rollout. */
export async function deploy(wish: Wish, parts: ActionContext): Promise<void> {
  const { context } = wish;
  const client = ApiClient.open(context, parts.model.kubeconfig);
  const made = await underWay('Asking what deploying the agent would change', (_progress, signal) => plan(client, wish, parts.home, signal));
  if ('lacks' in made) {
    await refuse(context, made.manifests, made.lacks, parts);
    return;
  }
  if (!made.steps.some(changes)) {
    void notify.information(`The agent of ${context} is as this extension would deploy it: nothing is to be done.`);
    return;
  }
  await showPlan(parts.review, made.manifests, made.steps, context);
  if (!(await confirm({ question: `Apply this to ${context}?`, detail: detailOf(made), answer: 'Apply' }))) return;
  const state = await underWay('Deploying the agent', async (progress, signal) => {
    await applyDeployment(client, made.steps, (manifest) => {
      parts.log.info(`Applying ${objectText(manifest)} to ${context}`);
      progress.report({ message: objectText(manifest) });
    }, signal);
    return watchRollout(client, context, progress, signal);
  });
  tell(context, state, made, parts);
}
