#!/usr/bin/env python3
"""Writes mixed.pcap: fifteen hand-made packets with what display filters ask about (several addresses in one packet,
tunnels, quoted packets, empty and binary strings, times before and after others, cut bytes)."""
import os
import struct
import sys


def checksum(b):
    if len(b) % 2:
        b += b'\0'
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def ip4(s):
    return bytes(int(x) for x in s.split('.'))


def ip6(s):
    head, _, tail = s.partition('::')
    h = [int(x, 16) for x in head.split(':') if x]
    t = [int(x, 16) for x in tail.split(':') if x]
    return struct.pack('!8H', *(h + [0] * (8 - len(h) - len(t)) + t))


def eth(payload, kind=0x0800, src='02:00:00:00:00:01', dst='02:00:00:00:00:02'):
    mac = lambda m: bytes.fromhex(m.replace(':', ''))
    return mac(dst) + mac(src) + struct.pack('!H', kind) + payload


def ip(payload, src, dst, proto, ttl=64, ident=1, flags=0x4000, tos=0):
    h = struct.pack('!BBHHHBBH4s4s', 0x45, tos, 20 + len(payload), ident, flags, ttl, proto, 0, ip4(src), ip4(dst))
    return h[:10] + struct.pack('!H', checksum(h)) + h[12:] + payload


def pseudo(src, dst, proto, n):
    return ip4(src) + ip4(dst) + struct.pack('!BBH', 0, proto, n)


def tcp(payload, src, dst, sp, dp, seq, ack, flags, options=b'', win=1000):
    h = struct.pack('!HHIIBBHHH', sp, dp, seq, ack, (20 + len(options)) // 4 << 4, flags, win, 0, 0) + options
    c = checksum(pseudo(src, dst, 6, len(h) + len(payload)) + h + payload)
    return h[:16] + struct.pack('!H', c) + h[18:] + payload


def udp(payload, src, dst, sp, dp):
    h = struct.pack('!HHHH', sp, dp, 8 + len(payload), 0)
    c = checksum(pseudo(src, dst, 17, 8 + len(payload)) + h + payload) or 0xffff
    return struct.pack('!HHHH', sp, dp, 8 + len(payload), c) + payload


def name(s):
    return b''.join(bytes([len(p)]) + p.encode() for p in s.split('.')) + b'\0'


A, B = '10.0.0.1', '192.168.1.1'
GET = (b'GET /api/a.php?x=1 HTTP/1.1\r\nHost: www.Example.com\r\nUser-Agent: curl/8.1\r\n'
       b'Accept: text/html\r\nX-Path: C:\\dir "q"\r\n\r\n')
BODY = b'{"ok":true}'
OK = (b'HTTP/1.1 404 Not Found\r\nServer: t/1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n' % len(BODY)
      + BODY)
QUESTION = name('www.example.com') + struct.pack('!HH', 1, 1)
ANSWER = b'\xc0\x0c' + struct.pack('!HHIH', 1, 1, 30, 4)


def frames():
    out = []
    t = 1700000000_000000

    def add(dt, b, cut=0):
        nonlocal t
        t += dt
        out.append((t, b, len(b) - cut))

    def seg(a, b, *rest, ttl=64, **kw):
        return eth(ip(tcp(rest[0], a, b, *rest[1:], **kw), a, b, 6, ttl=ttl))

    add(0, seg(A, B, b'', 40000, 80, 100, 0, 0x02, options=bytes.fromhex('020405b401030307')))
    add(1500, seg(B, A, b'', 80, 40000, 900, 101, 0x12, options=bytes.fromhex('020405b401030302'), ttl=57))
    add(1000, seg(A, B, b'', 40000, 80, 101, 901, 0x10))
    add(500000, seg(A, B, GET, 40000, 80, 101, 901, 0x18))
    add(250000, seg(B, A, OK, 80, 40000, 901, 101 + len(GET), 0x18, ttl=57))
    q = struct.pack('!HHHHHH', 0x1234, 0x0100, 1, 0, 0, 0) + QUESTION
    r = struct.pack('!HHHHHH', 0x1234, 0x8180, 1, 2, 0, 0) + QUESTION + ANSWER + ip4('10.9.8.7') + ANSWER + ip4('1.2.3.4')
    add(1000000, eth(ip(udp(q, A, '8.8.8.8', 5353 + 1, 53), A, '8.8.8.8', 17)))
    add(75000, eth(ip(udp(r, '8.8.8.8', A, 53, 5353 + 1), '8.8.8.8', A, 17, ttl=128)))
    add(10, eth(struct.pack('!IHBB', 0x60000000, 16, 58, 255) + ip6('fe80::1') + ip6('ff02::1')
                + bytes.fromhex('8000a1b2000100020000000000000000'), 0x86dd, dst='33:33:00:00:00:01'))
    add(0, eth(bytes.fromhex('0001080006040001020000000001') + ip4(A) + bytes(6) + ip4('10.0.0.2'), 0x0806,
               dst='ff:ff:ff:ff:ff:ff'))
    inner = ip(udp(bytes(range(32)), '172.16.0.1', '172.16.0.2', 7777, 9999), '172.16.0.1', '172.16.0.2', 17, ttl=5)
    add(33, eth(ip(inner, A, '10.0.0.2', 4, ttl=200, tos=0xb8)))
    quoted = ip(udp(b'hello', A, '10.0.0.9', 1111, 3333), A, '10.0.0.9', 17, ttl=3)
    icmp = struct.pack('!BBHI', 3, 3, 0, 0) + quoted
    icmp = icmp[:2] + struct.pack('!H', checksum(icmp)) + icmp[4:]
    add(1, eth(ip(icmp, '10.0.0.9', A, 1)))
    add(7, eth(struct.pack('!HH', 10, 0x0800) + ip(udp(b'GET \xff\x00\x80 get', A, B, 2000, 2000), A, B, 17, flags=0), 0x8100))
    add(3000000, seg(B, A, b'', 80, 40000, 901 + len(OK), 0, 0x14, ttl=1))
    add(2, seg(A, B, b'', 40001, 443, 5, 0, 0x02), cut=10)
    add(-500, eth(ip(bytes.fromhex('0800f7ff00000000'), B, '255.255.255.255', 1, ttl=255)))
    return out


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'mixed.pcap')
    with open(path, 'wb') as f:
        f.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for t, b, kept in frames():
            f.write(struct.pack('<IIII', t // 1000000, t % 1000000, kept, len(b)) + b[:kept])


main()
