/** NetworkPolicies → the pods they select, as src/policy selects them. */
import { readSelector, selectorMatches } from '../../policy/selector.ts';
import { matches, refOf, rows, tooltip, warningColor, type FolderKind } from './node.ts';
import { podNode } from './pods.ts';

export const networkPolicies: FolderKind = {
  id: 'networkpolicies',
  label: 'Network Policies',
  icon: 'shield',
  children(scope, namespace) {
    const pods = scope.view.use('pods', namespace);
    return rows(scope, `${namespace}/networkpolicies`, scope.view.use('networkPolicies', namespace), 'NetworkPolicies', (policy) => {
      if (!matches(scope, policy)) return undefined;
      const selector = readSelector(policy.podSelector);
      const selected = pods.items.filter(({ labels }) => selectorMatches(selector, labels));
      const id = `${scope.view.context}/${namespace}/networkpolicies/${policy.uid}`;
      const count = pods.loading || pods.problem !== undefined ? '' : `${selected.length} ${selected.length === 1 ? 'pod' : 'pods'}`;
      return {
        id,
        label: policy.name,
        description: [policy.types.join(', '), count].filter((part) => part !== '').join(' · '),
        icon: 'shield',
        ...(count !== '' && selected.length === 0 ? { color: warningColor } : {}),
        tooltip: tooltip(`NetworkPolicy ${namespace}/${policy.name}`, [`Isolates: ${policy.types.join(', ')}`, count === '' ? undefined : `Selects ${count}`], policy.labels),
        menu: 'networkpolicy',
        context: scope.view.context,
        ref: refOf(scope, 'networkPolicies', policy),
        children: () => rows(scope, `${id}/pods`, { ...pods, items: selected }, 'pods', (pod) => podNode(scope, pod, id)),
      };
    });
  },
};
