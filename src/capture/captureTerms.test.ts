import { expect, test } from 'vitest';
import { captureTerms } from './captureTerms.ts';

test.each([
  ['ip.addr == 10.244.1.5', 'ip host 10.244.1.5'],
  ['ip.src == 10.1.2.3/16', 'ip src net 10.1.0.0/16'],
  ['ip.addr == 10.0.0.1/32', 'ip host 10.0.0.1'],
  ['ipv6.dst eq fd00::1 and tcp', '(ip6 dst host fd00::1 and tcp)'],
  ['tcp.port == 443 || udp.dstport == 53', '(tcp port 443 or udp dst port 53)'],
  ['!(arp) && ip.addr != 10.0.0.1', '(not (arp) and (ip and not ip host 10.0.0.1))'],
  ['not tcp.srcport == 80 and icmpv6 or icmp', '((not tcp src port 80 and icmp6) or icmp)'],
])('%s is %s', (text, filter) => {
  expect(captureTerms(text)).toEqual({ ok: true, filter });
});

test.each([
  ['k8s.pod.name == nginx', true], ['ip.addr == 10.0.0.1 and ebpf.process.pid == 7', true], ['http.request', false],
  ['tcp.port == 70000', false], ['ip.addr == fd00::1', false], ['ip.addr == 10.0.0.1/33', false], ['tcp.port', false], ['(tcp', false],
  ['tcp udp', false], ['', false], ['constructor', false], ['('.repeat(10_000), false], ['ip.addr == 10.0.0.1;rm', false],
])('%s is refused', (text, identity) => {
  expect(captureTerms(text)).toMatchObject({ ok: false, identity });
});
