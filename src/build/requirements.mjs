/**
 * What the machine must have, each with the reason it is asked for. The one list of Debian/Ubuntu packages.
 * `has` is a program on PATH, or an absolute path (several: any of them will do).
 */
export const requirements = [
  { apt: 'g++', has: ['g++'], why: 'compiles the engine', tasks: ['build', 'test'] },
  { apt: 'cmake', has: ['cmake'], why: 'describes the build of the engine', tasks: ['build', 'test'] },
  { apt: 'ninja-build', has: ['ninja'], why: 'runs the build of the engine', tasks: ['build', 'test'] },
  { apt: 'ccache', has: ['ccache'], why: 'saves compiling the same file twice', tasks: ['build', 'test'] },
  { apt: 'dpkg-dev', has: ['dpkg-source'], why: 'unpacks the sources of zlib, zstd, lz4, PCRE2, brotli, libpcap and OpenSSL (its make and perl build the last one)', tasks: ['build', 'test'] },
  { apt: 'debian-archive-keyring', has: ['/usr/share/keyrings/debian-archive-keyring.gpg'], why: 'checks the signature of those sources', tasks: ['build', 'test'] },
  { apt: 'flex', has: ['flex'], why: "makes the scanner of libpcap's capture filters", tasks: ['build', 'test'] },
  { apt: 'bison', has: ['bison'], why: "makes the parser of libpcap's capture filters", tasks: ['build', 'test'] },
  { apt: 'python3-pip', has: ['pip3', 'pip'], why: 'fetches the compiler of the release build (zig)', tasks: ['build', 'test'] },
  { apt: 'libgtest-dev', has: ['/usr/include/gtest/gtest.h'], why: 'unit tests of the engine', tasks: ['test'] },
  { apt: 'tshark', has: ['tshark'], why: 'referee that the goldens come from (a separate program, never linked)', tasks: ['test'] },
  { apt: 'chromium', has: ['chromium', 'chromium-browser'], why: 'the browser of the end-to-end tests and of demo --headless-check', tasks: ['test', 'demo'] },
  { apt: 'containerd', has: ['containerd'], why: 'runs the containers of the lab cluster (started by the lab only, in namespaces of its own)', tasks: ['test', 'lab'] },
  { apt: 'runc', has: ['runc'], why: 'makes the containers of the lab cluster', tasks: ['test', 'lab'] },
  { apt: 'containernetworking-plugins', has: ['/usr/lib/cni/bridge'], why: 'network of the lab\'s pods', tasks: ['test', 'lab'] },
  { apt: 'busybox-static', has: ['/bin/busybox'], why: 'shell and tools inside the lab\'s images', tasks: ['test', 'lab'] },
  { apt: 'iptables', has: ['iptables'], why: 'kube-proxy writes its rules with it', tasks: ['test', 'lab'] },
  { apt: 'nftables', has: ['nft'], why: 'the lab\'s NetworkPolicies are enforced with it', tasks: ['test', 'lab'] },
  { apt: 'ipset', has: ['ipset'], why: 'kube-proxy looks for it', tasks: ['test', 'lab'] },
  { apt: 'conntrack', has: ['conntrack'], why: 'kube-proxy clears stale connections with it, tests read NAT by it', tasks: ['test', 'lab'] },
  { apt: 'tcpdump', has: ['tcpdump'], why: 'second witness of what is on the wire, in the lab and beside live captures', tasks: ['test', 'lab'] },
  { apt: 'iproute2', has: ['ip'], why: 'network namespaces, links and addresses of the lab and of the tests of live capture', tasks: ['test', 'lab'] },
  { apt: 'openssl', has: ['openssl'], why: 'certificates of the lab cluster', tasks: ['test', 'lab'] },
  { apt: 'gcc', has: ['gcc'], why: 'compiles the program that holds the namespaces of a pod', tasks: ['lab'] },
  { apt: 'libc6-dev', has: ['/usr/include/stdio.h'], why: 'the C library that program is linked with', tasks: ['lab'] },
  { apt: 'ca-certificates', has: ['/etc/ssl/certs/ca-certificates.crt'], why: 'Go checks the module proxy with it', tasks: ['test', 'lab'] },
  { apt: 'golang-go', has: ['go', '/usr/local/go/bin/go'], why: 'compiles Kubernetes for the lab (it fetches a newer Go from the Go module proxy itself)', tasks: ['test', 'lab'] },
  { apt: 'binutils', has: ['objdump'], why: 'says what the addon links', tasks: ['build', 'test'] },
];
