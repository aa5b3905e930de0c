/** The custom editor as VS Code sees it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { Command, ViewType } from '../../../../src/contract/contributions.ts';
import { type HostTest } from '../hostTest.ts';
import { api, closeAll, engineOf, open } from './support.ts';

export const tests: readonly HostTest[] = [
  {
    name: 'a capture opens in the capture editor, whatever its ending',
    run: async () => {
      for (const name of ['http-get.pcapng', 'arp.pcap', 'compressed.pcapng.gz', 'compressed.pcapng.zst', 'compressed.pcap.lz4']) {
        const tab = await open(name);
        assert.ok(tab.input instanceof vscode.TabInputCustom, `${name} is no custom editor`);
        assert.equal(tab.input.viewType, ViewType.capture);
      }
      await closeAll();
    },
  },
  {
    name: 'every command of the contract is registered',
    run: async () => {
      await api();
      const registered = new Set(await vscode.commands.getCommands(true));
      assert.deepEqual(Object.values(Command).filter((id) => !registered.has(id)), []);
    },
  },
  {
    name: 'the addon is never loaded in the extension host',
    run: async () => {
      await open('http-get.pcapng');
      await engineOf('http-get.pcapng');
      assert.ok(!readFileSync('/proc/self/maps', 'utf8').includes('stratoshark.node'));
      await closeAll();
    },
  },
];
