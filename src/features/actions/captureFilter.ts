/** Asks for a filter of a capture: judged as it is typed, with what can stand at its end to choose from. */
import * as vscode from 'vscode';
import { escapeLabel } from '../../base/escape.ts';
import { agentFilterFault } from '../../capture/agentFields.ts';
import { clusterTerms } from '../../capture/clusterTerms.ts';
import { suggestTerms } from '../../capture/filterSuggestions.ts';
import type { ClusterView } from '../../cluster/clusterView.ts';

/** A list that is chosen from, for VS Code's input box completes nothing. */
interface Choice extends vscode.QuickPickItem {
  /** The text it was made for: what comes late stands for another. */
  readonly of: string;
  /** The filter once it is chosen. */
  readonly filter: string;
  readonly isWhole: boolean;
}

/** The text as it stands first: the list sorts what is like it to the top. */
function typedChoice(text: string): Choice {
  const fault = agentFilterFault(text);
  const icon = fault === '' ? 'check' : 'error';
  const say = fault === '' ? (text.trim() === '' ? 'takes all packets' : 'takes these packets') : escapeLabel(fault);
  return { label: `$(${icon}) ${escapeLabel(text.trim())}`, description: say, of: text, filter: text, isWhole: fault === '', alwaysShow: true };
}

/** What the cluster's watches know; those of the namespace are begun. */
function termsOf(view: ClusterView, namespace: string | undefined): ReturnType<typeof clusterTerms> {
  if (namespace !== undefined) for (const name of ['pods', 'services', 'deployments'] as const) view.use(name, namespace);
  const here = <T extends { readonly namespace: string }>(objects: readonly T[]): readonly T[] => (namespace === undefined ? objects : objects.filter((one) => one.namespace === namespace));
  return clusterTerms({
    pods: here(view.known('pods')), services: here(view.known('services')), deployments: here(view.known('deployments')), nodes: view.known('nodes'),
    // A capture that is held to a namespace takes packets of no other.
    namespaces: view.known('namespaces').filter(({ name }) => namespace === undefined || name === namespace),
  });
}

export interface FilterQuestion {
  readonly title: string;
  readonly value: string;
  readonly view: ClusterView;
  /** What the capture is held to. */
  readonly namespace: string | undefined;
}

/** The filter, '' for all packets; undefined where it was called off. What cannot be taken stays, with the reason. */
export async function askCaptureFilter({ title, value, view, namespace }: FilterQuestion): Promise<string | undefined> {
  const pick = vscode.window.createQuickPick<Choice>();
  pick.title = title;
  pick.placeholder = 'Addresses, ports, protocols, and what is known of pods: tcp.port == 8080 and k8s.label["app"] == web';
  pick.ignoreFocusOut = true;
  pick.value = value;
  let shown = '';
  /** The chosen one stays chosen while the cluster changes. */
  const offer = (active?: string): void => {
    const text = pick.value;
    const first = typedChoice(text);
    const items = suggestTerms(text, termsOf(view, namespace)).map(({ label, detail, filter }): Choice => ({ label: escapeLabel(label), description: escapeLabel(detail), of: text, filter, isWhole: false, alwaysShow: true }));
    const all = [first, ...items];
    const looks = JSON.stringify(all);
    if (looks === shown) return;
    shown = looks;
    pick.items = all;
    pick.activeItems = [all.find(({ label }) => label === active) ?? first];
  };
  return new Promise((resolve) => {
    const parts = [
      pick.onDidChangeValue(() => { offer(); }),
      view.onChanged(() => { offer(pick.activeItems[0]?.label); }),
      pick.onDidAccept(() => {
        const choice = [...pick.selectedItems, ...pick.activeItems].find((one) => one.of === pick.value) ?? typedChoice(pick.value);
        if (choice.isWhole) {
          resolve(choice.filter.trim());
          pick.hide();
          return;
        }
        pick.value = choice.filter;
        offer();
      }),
      pick.onDidHide(() => {
        resolve(undefined);
        for (const one of [...parts, pick]) one.dispose();
      }),
    ];
    offer();
    pick.show();
  });
}
