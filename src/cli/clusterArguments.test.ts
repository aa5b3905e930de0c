/** What `capture --context` takes, and what it refuses with a word on what to do instead. */
import { expect, test } from 'vitest';
import { asksForCluster, parseCluster } from './clusterArguments.ts';

const words = ['--context', 'c', '--namespace', 'production', '-w', 'a.pcapng'];

test('a whole request', () => {
  expect(asksForCluster(words)).toBe(true);
  expect(parseCluster([...words, '--ebpf-filter', 'tcp', '--duration', '90s', '--size', '2M', '-c', '7'])).toEqual({
    context: 'c', kubeconfig: '', namespace: 'production', filter: 'tcp', output: 'a.pcapng', seconds: 90, packets: 7, bytes: 2 * 1024 ** 2, agentNamespace: 'monitoring', quiet: false, supervised: false,
  });
});

test.each([
  [['--rotate-size', '100M'], '--rotate-size is for captures on one machine', '--size, --packets or --duration'],
  [['--rotate-duration', '60s'], '--rotate-duration is for captures on one machine', '--size, --packets or --duration'],
  [['--rotate-files', '10'], '--rotate-files is for captures on one machine', '--size, --packets or --duration'],
  [['--compress', 'gzip'], '--compress is for captures on one machine', 'compress its file afterwards'],
  [['--output', '-'], 'is written to a file', 'name one with --output'],
  [['--guest', 'pod'], '--guest takes POD/CONTAINER', 'with --namespace'],
])('%j is refused, and what to do is said', (more, cause, remedy) => {
  expect(() => parseCluster([...words, ...more])).toThrow(cause);
  expect(() => parseCluster([...words, ...more])).toThrow(remedy);
});
