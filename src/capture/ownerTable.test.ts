import { expect, test } from 'vitest';
import type { OwnerEvent } from '../contract/owner.ts';
import { OwnerTable, type SocketEnds } from './ownerTable.ts';

const ends: SocketEnds = { netns: 7, protocol: 6, local: '10.0.0.1', localPort: 80, remote: '10.0.0.2', remotePort: 5000 };
const event = (pid: number, role: OwnerEvent['role'], change: Partial<SocketEnds> = {}): OwnerEvent =>
  ({ ...ends, ...change, pid, role, containerPid: 1, command: 'x', cgroup: '9', time: '1' });
const listening = { local: '::', remote: '::', remotePort: 0 };

test('the process that used the socket comes before the one that listens', () => {
  const table = new OwnerTable();
  table.add(event(1, 'listen', listening));
  expect(table.of(ends)).toMatchObject({ event: { pid: 1 }, sure: 'listener' });
  table.add(event(2, 'traffic'));
  expect(table.of(ends)).toMatchObject({ event: { pid: 2 }, sure: 'flow' });
});

test('another namespace, protocol, port or peer is another flow', () => {
  const table = new OwnerTable();
  table.add(event(1, 'traffic'));
  for (const change of [{ netns: 8 }, { protocol: 17 }, { localPort: 81 }, { remotePort: 5001 }, { remote: '10.0.0.3' }, { local: '10.0.0.9' }]) {
    expect(table.of({ ...ends, ...change })).toBeUndefined();
  }
});

test('a UDP socket without a peer owns its port, on one address or on all', () => {
  const table = new OwnerTable();
  table.add(event(3, 'traffic', { protocol: 17, local: '0.0.0.0', remote: '0.0.0.0', remotePort: 0 }));
  expect(table.of({ ...ends, protocol: 17 })).toMatchObject({ event: { pid: 3 }, sure: 'port' });
  table.add(event(4, 'traffic', { protocol: 17, remote: '0.0.0.0', remotePort: 0 }));
  expect(table.of({ ...ends, protocol: 17 })).toMatchObject({ event: { pid: 4 }, sure: 'port' });
});

test('what is found to exist does not replace what was seen to act', () => {
  const table = new OwnerTable();
  table.add(event(5, 'connect'));
  table.add(event(6, 'existing'));
  expect(table.of(ends)?.event.pid).toBe(5);
  table.add(event(8, 'traffic'));
  expect(table.of(ends)?.event.pid).toBe(8);
});

test('forgets what was told longest ago when it is full', () => {
  const table = new OwnerTable(2);
  for (const port of [1, 2]) table.add(event(port, 'traffic', { remotePort: port }));
  table.add(event(11, 'traffic', { remotePort: 1 }));
  table.add(event(3, 'traffic', { remotePort: 3 }));
  expect([1, 2, 3].map((remotePort) => table.of({ ...ends, remotePort })?.event.pid)).toEqual([11, undefined, 3]);
});
