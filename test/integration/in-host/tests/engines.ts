/** Engine processes: one per file, shared by its tabs, ended with the last; a crash stays in its document. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { eventually, type HostTest } from '../hostTest.ts';
import { api, closeAll, engineOf, isAlive, open } from './support.ts';

/** The engine stays 5 s after the last tab (so that moving a tab does not read the file anew). */
const LINGER_MS = 5_000;

export const tests: readonly HostTest[] = [
  {
    name: 'the engine process loads the addon, and two files have two engines',
    run: async () => {
      await open('http-get.pcapng');
      const first = await engineOf('http-get.pcapng');
      await open('dns-common.pcapng');
      const second = await engineOf('dns-common.pcapng');
      assert.notEqual(first, second);
      await eventually('the addon in the engine process', () => readFileSync(`/proc/${first}/maps`, 'utf8').includes('stratoshark.node'));
      await closeAll();
    },
  },
  {
    name: 'two tabs of one file share an engine; it ends after the last is closed',
    run: async () => {
      await open('dhcp.pcap');
      const pid = await engineOf('dhcp.pcap');
      await open('dhcp.pcap', vscode.ViewColumn.Two);
      const { engines } = await api();
      assert.equal(engines().filter((e) => e.path.endsWith('/dhcp.pcap')).length, 1);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await new Promise((resolve) => setTimeout(resolve, LINGER_MS + 1000));
      assert.ok(isAlive(pid), 'the engine ended while a tab of its file was open');
      await closeAll();
      await eventually('the engine ends', () => !isAlive(pid), LINGER_MS + 10_000);
    },
  },
  {
    name: 'a killed engine leaves the extension host and the other engines alone',
    run: async () => {
      await open('http-get.pcapng');
      const victim = await engineOf('http-get.pcapng');
      await open('dns-common.pcapng');
      const other = await engineOf('dns-common.pcapng');
      process.kill(victim, 'SIGKILL');
      await eventually('the engine is gone', () => !isAlive(victim));
      assert.ok(isAlive(other));
      const tab = await open('arp.pcap');
      assert.ok(tab.input instanceof vscode.TabInputCustom);
      assert.ok(isAlive(await engineOf('arp.pcap')));
      await closeAll();
    },
  },
];
