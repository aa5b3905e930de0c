import { expect, test } from 'vitest';
import { ebpfLines } from './version.ts';

const send = { name: 'tp_btf/sock_send_length', purpose: 'who sends', works: true, reason: '' };
const iter = { name: 'iter/task_file', purpose: 'who was there', works: true, reason: '' };

test('one line for each program, with the reason of each no', () => {
  expect(ebpfLines([send, { ...iter, works: false, reason: 'this kernel does not have it.' }], 'linux 5.10')).toEqual([
    'eBPF on linux 5.10:',
    '  yes  tp_btf/sock_send_length  who sends',
    '  no   iter/task_file           who was there: this kernel does not have it.',
  ]);
});

test('one reason for all is said once', () => {
  const no = { works: false, reason: 'libbpf.so.1 is not installed.' };
  expect(ebpfLines([{ ...send, ...no }, { ...iter, ...no }], 'linux 6.1')).toEqual(['eBPF on linux 6.1: no: libbpf.so.1 is not installed.']);
});
