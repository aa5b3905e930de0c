/** The help text; also what is said when nothing is asked. */
export const help = `StratoShark for Kubernetes: reads packet captures with tshark's options.

  stratoshark -r FILE [-2] [-Y FILTER] [-T text|fields|json] [-e FIELD]… [-E OPTION]… [-V] [-x] [-c N] [-q]
  stratoshark -r FILE [-Y FILTER] -w OUT [-F pcapng|pcap] [--keep-secrets] [-P]
  stratoshark FILE                          lists it
  stratoshark -i any|INTERFACE… [-f FILTER] [-w FILE|-] [-a LIMIT]… [-b LIMIT]… [-s SNAPLEN] [-B MIB] [-c N] [-F pcapng|pcap]
                                            captures here; without -w it prints packets as they come
  stratoshark -D                            interfaces
  stratoshark capture --output FILE [--duration 60s] [--interface any] [--capture-filter FILTER | --ebpf-filter 'tcp.port == 80'] [--buffer-size 64M]
              [--snaplen N] [--rotate-size 100M] [--rotate-files N] [--compress gzip|zstd]
  stratoshark capture --context C [--namespace NS] [--ebpf-filter 'k8s.pod.name == web-1'] --output FILE [--duration 60s] [--packets N]
              [--size 100M] [--snaplen N] [--kubeconfig FILE] [--agent-namespace monitoring]
                                            captures by the agents of a cluster: their nodes' packets in one file, in order
  stratoshark fields [--json]               every field and protocol a filter or -e can name
  stratoshark filter explain 'EXPR'         0 when the display filter is valid, with the stages of its compilation
  stratoshark filter match -r FILE --filters F.json
  stratoshark policy eval|lint|assert|diff|explain …
  stratoshark verify --policy FILE [--state FILE] [--context NAME] [--assert FILE] [--json|--junit|--sarif]
  stratoshark --stats [--json]              in an agent: packets captured and dropped, CPU, memory
  stratoshark --version                     also what eBPF can do on this machine

  -r FILE   pcap, pcapng or snoop, also compressed with gzip, zstd or lz4
  -2        two passes: every packet is shown as all packets together make it
  -Y FILTER only packets the display filter matches
  -T FORMAT text (rows), fields (with -e), json
  -e FIELD  a field, or a column as _ws.col.Info
  -E OPTION separator=/t|/s|CHAR, occurrence=f|l|a, aggregator=TEXT, quote=d|s|n, header=y|n
  -V, -x    the whole dissection; the bytes
  -c N      read no more than N packets
  -q        read and analyse, print nothing
  -w OUT    write the packets -Y leaves to a capture instead of printing them (-P: print as well); - is stdout
  -F FORMAT of -w: pcapng, or pcap, which has no comments, names, nor several interfaces: what is lost is said
  --keep-secrets   keys for decryption that FILE holds go along to OUT; otherwise they are left out
  -z follow,tcp|udp|http|tls,ascii|hex|raw|ebcdic,N[,FIRST-LAST]
            the bytes of stream N in order, after the packets; with -q alone
  -t FORMAT time: r relative, d delta, e epoch, u or ud UTC without or with the date
  -d RULE   decode as: tcp.port==8888,http
  -o OPTION tls.keylog_file:FILE, unpack.limit:BYTES (of a compressed file; usually 4 GiB or half of the free temporary
            space), or defaults:wireshark (our extra ports and heuristics off)
  -n        no names are looked up: they never are; accepted for tshark's sake

  -i, -f    interface (any: all, and those that come); capture filter in pcap-filter syntax, run by the kernel
  -a LIMIT  ends the capture: duration:SECONDS, filesize:KB, packets:N, files:N
  -b LIMIT  ends a file and begins the next: the same, but files:N keeps the newest N
  --promiscuous   also packets for others; not done unless asked

Exit status: 0 whole, 2 damaged or no capture (the packets before the damage are printed), 64 usage, 1 other failure.
`;
