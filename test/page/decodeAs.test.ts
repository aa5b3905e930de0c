/** Decode As: what tshark makes of the capture with the same -d. */
import { expect, test } from 'vitest';
import { useEnginePages, type EnginePage } from './enginePage.ts';
import { tshark } from './tshark.ts';

let opened: EnginePage;

const open = useEnginePages();

const protocols = (file: string, ...args: readonly string[]): readonly string[] =>
  tshark(file, ...args, '-T', 'fields', '-e', '_ws.col.Protocol');

async function decode(protocol: string): Promise<void> {
  opened.command('stratoshark.dissection.chooseDecodeAs');
  await opened.page.getByLabel('Protocol', { exact: true }).fill(protocol);
  await opened.page.keyboard.press('Enter');
}

test('a port is decoded as what the user says, shown in the status line, and taken back', async () => {
  const file = 'http-get.pcapng';
  opened = await open(file);
  await opened.row(4).click();
  opened.command('stratoshark.dissection.chooseDecodeAs');
  await expect.poll(() => opened.page.getByLabel('What').inputValue()).toBe('tcp.port==80');
  await opened.page.getByLabel('Protocol', { exact: true }).fill('icmp');
  await opened.page.keyboard.press('Enter');
  await expect.poll(() => opened.page.locator('.dialog-note').innerText()).toContain('"icmp" is no protocol for tcp.port');
  await opened.screenshot('decode-as');
  await opened.page.getByLabel('Protocol', { exact: true }).fill('dns');
  await opened.page.keyboard.press('Enter');
  const decoded = protocols(file, '-d', 'tcp.port==80,dns');
  expect(decoded).not.toEqual(protocols(file));
  await expect.poll(() => opened.column(4)).toEqual(decoded);
  await expect.poll(() => opened.status()).toContain('Decode As (1)');
  expect(opened.preferences.read().decodeAs).toEqual(['tcp.port==80,dns']);
  await opened.page.getByRole('button', { name: 'Decode As (1)' }).click();
  await opened.page.getByRole('button', { name: 'Remove tcp.port==80,dns' }).click();
  await opened.page.getByRole('button', { name: 'OK' }).click();
  await expect.poll(() => opened.column(4)).toEqual(protocols(file));
  await expect.poll(() => opened.status()).not.toContain('Decode As');
});

test('an unknown EtherType is decoded as ARP', async () => {
  const file = 'eth-types.pcapng';
  opened = await open(file);
  await opened.row(5).click();
  await decode('arp');
  await expect.poll(async () => (await opened.column(4))[4]).toBe(protocols(file, '-d', 'ethertype==0x88b5,arp')[4]);
});
