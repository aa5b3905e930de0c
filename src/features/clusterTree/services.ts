/** Services → ports and endpoints with their readiness; a warning where a selector matches nothing. */
import type { Endpoint, EndpointSliceObject, PodObject, ServiceObject } from '../../cluster/objects.ts';
import type { Known } from '../../cluster/clusterView.ts';
import { readSelector, selectorMatches } from '../../policy/selector.ts';
import { matches, message, refOf, rows, tooltip, trouble, warningColor, type FolderKind, type Scope, type TreeNode } from './node.ts';

export const services: FolderKind = {
  id: 'services',
  label: 'Services',
  icon: 'broadcast',
  children(scope, namespace) {
    const known = scope.view.use('services', namespace);
    const pods = scope.view.use('pods', namespace);
    const slices = scope.view.use('endpointSlices', namespace);
    return rows(scope, `${namespace}/services`, known, 'Services', (service) =>
      (matches(scope, service, service.ips) ? serviceNode(scope, service, pods, slices) : undefined));
  },
};

/** Whether it is certain that no pod has the labels asked for. */
function matchesNothing({ selector }: ServiceObject, pods: Known<PodObject>): boolean {
  if (selector === undefined || pods.loading || pods.problem !== undefined) return false;
  const wanted = readSelector({ matchLabels: selector });
  return !pods.items.some(({ labels }) => selectorMatches(wanted, labels));
}

const selectorText = (selector: Readonly<Record<string, string>>): string => Object.entries(selector).map(([key, value]) => `${key}=${value}`).join(',');

function serviceNode(scope: Scope, service: ServiceObject, pods: Known<PodObject>, slices: Known<EndpointSliceObject>): TreeNode {
  const id = `${scope.view.context}/${service.namespace}/services/${service.uid}`;
  const own = slices.items.filter((slice) => slice.service === service.name);
  const endpoints = own.flatMap((slice) => slice.endpoints);
  const ready = endpoints.filter((one) => one.ready).length;
  const warning = matchesNothing(service, pods) ? `No pod of ${service.namespace} has ${selectorText(service.selector ?? {})}` : undefined;
  const ports = service.ports.map(({ port, protocol }) => `${port}/${protocol}`).join(', ');
  const count = slices.loading || slices.problem !== undefined ? undefined : `${ready}/${endpoints.length} endpoints ready`;
  return {
    id,
    label: service.name,
    description: [service.type, ...service.ips.slice(0, 1), ports, ...(warning === undefined ? [] : ['selector matches nothing'])].filter((part) => part !== '').join(' · '),
    icon: warning === undefined ? 'broadcast' : 'warning',
    ...(warning === undefined && (count === undefined || ready > 0 || service.type === 'ExternalName') ? {} : { color: warningColor }),
    tooltip: tooltip(`Service ${service.namespace}/${service.name}`, [
      warning, service.ips.length === 0 ? undefined : `IP: ${service.ips.join(', ')}`, ports === '' ? undefined : `Ports: ${ports}`,
      service.selector === undefined ? 'No selector' : `Selector: ${selectorText(service.selector)}`, count,
    ], service.labels),
    menu: 'service',
    context: scope.view.context,
    ref: refOf(scope, 'services', service),
    ips: service.ips,
    children: () => serviceChildren(scope, { service, id, own, warning, slices, pods }),
  };
}

interface Parts {
  readonly service: ServiceObject;
  readonly id: string;
  readonly own: readonly EndpointSliceObject[];
  readonly warning: string | undefined;
  readonly slices: Known<EndpointSliceObject>;
  readonly pods: Known<PodObject>;
}

/** As its slice names it; who writes slices by hand may leave that out. */
function podOf({ pod, ips }: Endpoint, pods: Known<PodObject>): string {
  return pod === '' ? pods.items.find((one) => !one.hostNetwork && one.ips.some((ip) => ips.includes(ip)))?.name ?? '' : pod;
}

function serviceChildren(scope: Scope, { service, id, own, warning, slices, pods }: Parts): readonly TreeNode[] {
  const { context } = scope.view;
  const ports = service.ports.map(({ name, port, target, protocol, nodePort }): TreeNode => ({
    id: `${id}/port/${protocol}/${port}`,
    label: `${port}/${protocol} → ${target}`,
    description: [name, nodePort === undefined ? '' : `node port ${nodePort}`].filter((part) => part !== '').join(' · '),
    icon: 'plug', menu: 'port', context,
  }));
  const endpoints = own.flatMap(({ endpoints: list, ports: to }) => list.map((endpoint): TreeNode => {
    const { ips, ready, node } = endpoint;
    const pod = podOf(endpoint, pods);
    return {
      id: `${id}/endpoint/${ips.join(',')}/${to.join(',')}`,
      label: ips.join(', '),
      description: [pod, ready ? 'ready' : 'not ready', to.join(', ')].filter((part) => part !== '').join(' · '),
      icon: ready ? 'circle-filled' : 'circle-outline',
      ...(ready ? {} : { color: warningColor }),
      tooltip: [`Endpoint ${ips.join(', ')}`, ready ? 'Ready' : 'Not ready: it gets no connections', pod === '' ? `No pod of ${service.namespace} that is known` : `Pod: ${pod}`, ...(node === '' ? [] : [`Node: ${node}`])],
      menu: 'endpoint', context, ips,
    };
  }));
  const warnings = warning === undefined ? [] : [message(scope, `${id}/warning`, `${warning}: no endpoint can come of it.`, { icon: 'warning', color: warningColor })];
  return [...warnings, ...ports, ...trouble(scope, `${id}/endpoints`, slices), ...endpoints];
}
