/**
 * What the machine must have, each with the reason it is asked for. The one list of Debian/Ubuntu packages.
 * `has` is a program on PATH, or an absolute path (several: any of them will do).
 */
export const requirements = [
  { apt: 'g++', has: ['g++'], why: 'compiles the engine', tasks: ['build', 'test'] },
  { apt: 'cmake', has: ['cmake'], why: 'describes the build of the engine', tasks: ['build', 'test'] },
  { apt: 'ninja-build', has: ['ninja'], why: 'runs the build of the engine', tasks: ['build', 'test'] },
  { apt: 'ccache', has: ['ccache'], why: 'saves compiling the same file twice', tasks: ['build', 'test'] },
  { apt: 'dpkg-dev', has: ['dpkg-source'], why: 'unpacks the sources of zlib, zstd, lz4, PCRE2, brotli and OpenSSL (its make and perl build the last one)', tasks: ['build', 'test'] },
  { apt: 'debian-archive-keyring', has: ['/usr/share/keyrings/debian-archive-keyring.gpg'], why: 'checks the signature of those sources', tasks: ['build', 'test'] },
  { apt: 'python3-pip', has: ['pip3', 'pip'], why: 'fetches the compiler of the release build (zig)', tasks: ['build', 'test'] },
  { apt: 'libgtest-dev', has: ['/usr/include/gtest/gtest.h'], why: 'unit tests of the engine', tasks: ['test'] },
  { apt: 'tshark', has: ['tshark'], why: 'referee that the goldens come from (a separate program, never linked)', tasks: ['test'] },
  { apt: 'chromium', has: ['chromium', 'chromium-browser'], why: 'the browser of the end-to-end tests and of demo --headless-check', tasks: ['test', 'demo'] },
  { apt: 'binutils', has: ['objdump'], why: 'says what the addon links', tasks: ['build', 'test'] },
];
