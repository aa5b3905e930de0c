/** Ingresses → host and path → backend. */
import { matches, refOf, rows, tooltip, type FolderKind } from './node.ts';

export const ingresses: FolderKind = {
  id: 'ingresses',
  label: 'Ingresses',
  icon: 'globe',
  children(scope, namespace) {
    const { context } = scope.view;
    return rows(scope, `${namespace}/ingresses`, scope.view.use('ingresses', namespace), 'Ingresses', (item) => {
      const hosts = [...new Set(item.rules.map(({ host }) => host))];
      if (!matches(scope, item, [...hosts, ...item.addresses])) return undefined;
      const id = `${context}/${namespace}/ingresses/${item.uid}`;
      return {
        id,
        label: item.name,
        description: hosts.join(', '),
        icon: 'globe',
        tooltip: tooltip(`Ingress ${namespace}/${item.name}`, [
          item.className === '' ? undefined : `Class: ${item.className}`, item.addresses.length === 0 ? undefined : `Address: ${item.addresses.join(', ')}`,
        ], item.labels),
        menu: 'ingress',
        context,
        ref: refOf(scope, 'ingresses', item),
        ips: item.addresses,
        children: () => item.rules.map(({ host, path, backend }) => ({
          id: `${id}/${host}${path}`, label: `${host}${path}`, description: `→ ${backend}`, icon: 'arrow-right', menu: 'rule', context,
        })),
      };
    });
  },
};
