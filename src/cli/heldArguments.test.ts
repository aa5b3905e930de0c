import { expect, it } from 'vitest';
import { checkHeld, isHeld } from './heldArguments.ts';

const id = 'a'.repeat(32);

it('takes each option of the table once, in any order after --namespace', () => {
  for (const argv of [
    ['--namespace', 'production'],
    ['--namespace', 'p-1', '--ebpf-filter', 'k8s.pod.name == a', '--duration', '5s', '--snaplen', '96', '--buffer-size', '4M', '--ebpf-events', 'dns', '--framed', '--resume', id],
    ['--namespace', 'production', '--framed', '--ebpf-filter', '!(tcp.port == 1)'],
  ]) expect(() => { checkHeld(argv); }).not.toThrow();
});

it('refuses repeats, abbreviations, values behind "=", files, interfaces and whatever it does not know', () => {
  const refused: readonly (readonly string[])[] = [
    ['--namespace', 'production', '--namespace', 'kube-system'],
    ['--namespace=production'], ['--namespace=kube-system', '--framed'], ['--namespacex', 'production'],
    ['--namespace', 'production', '--namespace=kube-system'],
    ['--namespace', 'production', '--name', 'kube-system'], ['--namespace', 'production', '--frame'],
    ['--namespace', 'production', '--ebpf-filter=ip'], ['--namespace', 'production', '--duration', '1s', '--duration', '2s'],
    ['--namespace', 'production', '--output', '/tmp/x'], ['--namespace', 'production', '-w', '-'], ['--namespace', 'production', '-w/tmp/x'],
    ['--namespace', 'production', '-i', 'any'], ['--namespace', 'production', '--interface', 'any'], ['--namespace', 'production', '-f', 'ip'],
    ['--namespace', 'production', '--supervised'], ['--namespace', 'production', '--rotate-size', '1M'], ['--namespace', 'production', '--compress', 'gzip'],
    ['--namespace', 'production', '--ebpf-events', 'tls-keys'], ['--namespace', 'production', '--ebpf-events', 'drops,tls-keys'],
    ['--namespace', 'production', '--resume', id], ['--namespace', 'production', '--framed', '--framed'],
    ['--namespace'], ['--namespace', ''], ['--namespace', '--framed'], ['--namespace', 'Production'], ['--namespace', 'a,b'], ['--namespace', '../x'], ['--namespace', 'a/b'],
    ['--namespace', 'production', 'kube-system'], ['--namespace', 'production', '--'], ['--namespace', 'production', '--', '--output', 'x'],
    ['--namespace', 'production', 'constructor'], ['--namespace', 'production', '__proto__', 'x'],
  ];
  for (const argv of refused) expect(() => { checkHeld(argv); }, argv.join(' ')).toThrow(/held to a namespace takes --namespace first/);
});

it('knows a capture that is held by its first word, abbreviated or not', () => {
  expect([['--namespace', 'a'], ['--namespace=a'], ['--namespaces']].map(isHeld)).toEqual([true, true, true]);
  expect([[], ['--ebpf-filter', 'ip', '--namespace', 'a'], ['-w', '-']].map(isHeld)).toEqual([false, false, false]);
});
