import { expect, test } from 'vitest';
import { rightsText, type Right } from './access.ts';

const right = (verb: string, resource: string, namespace = '', group = ''): Right => ({ verb, group, resource, namespace });

test('what is lacked alike is told once, by place', () => {
  expect(rightsText([right('create', 'pods/exec', 'monitoring')])).toBe('create pods/exec in namespace monitoring');
  expect(rightsText([
    ...['get', 'create', 'patch'].flatMap((verb) => [right(verb, 'namespaces'), right(verb, 'daemonsets', 'monitoring', 'apps'), right(verb, 'configmaps', 'monitoring')]),
    right('list', 'pods', 'monitoring'),
  ])).toBe('get, create and patch namespaces; get, create and patch daemonsets.apps and configmaps, list pods in namespace monitoring');
});
