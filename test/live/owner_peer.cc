// Both ends of flows whose processes say themselves who they are: what the owners told by eBPF are held against.
//   owner_peer serve tcp|udp FAMILY PORT WORKERS   listens, then forks workers that accept (or receive) and answer with their pid
//   owner_peer hangup FAMILY PORT                  accepts in a forked worker and closes at once
//   owner_peer client tcp|udp ADDRESS PORT COUNT   COUNT flows, each from a process of its own; prints "LOCALPORT PID ANSWER"
//   owner_peer hold ADDRESS PORT COUNT             one process with COUNT connections; prints the same, then waits to be killed
//   owner_peer syn ADDRESS PORT                    one connect() that nobody answers; prints "0 PID -" and waits to be killed
//   owner_peer storm ADDRESS PORT COUNT            a message from each of COUNT connected UDP sockets, one after the other
//   owner_peer load ADDRESS PORT SECONDS           as many messages of 64 bytes as go to and fro on one connection; prints how many
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

[[noreturn]] void fail(const char* what) {
  perror(what);
  std::exit(1);
}

int type_of(const char* protocol) { return strcmp(protocol, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM; }

addrinfo* resolve(const char* address, const char* port, int type, int flags, int family) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = type;
  hints.ai_family = family;
  hints.ai_flags = AI_NUMERICHOST | flags;
  if (getaddrinfo(address, port, &hints, &found) != 0) fail(address);
  return found;
}

int bound(const char* family, const char* port, int type) {
  addrinfo* a = resolve(nullptr, port, type, AI_PASSIVE, family[0] == '6' ? AF_INET6 : AF_INET);
  const int s = socket(a->ai_family, type, 0), one = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(s, a->ai_addr, a->ai_addrlen) != 0) fail("bind");
  if (type == SOCK_STREAM && listen(s, 512) != 0) fail("listen");
  return s;
}

void serve_one(int s, int type) {
  char text[64];
  snprintf(text, sizeof text, "%d", getpid());
  if (type == SOCK_DGRAM) {
    char got[64];
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    if (recvfrom(s, got, sizeof got, 0, reinterpret_cast<sockaddr*>(&from), &length) >= 0)
      sendto(s, text, strlen(text), 0, reinterpret_cast<sockaddr*>(&from), length);
    return;
  }
  const int c = accept(s, nullptr, nullptr);
  if (c < 0) return;
  char got[64];
  for (ssize_t n; (n = read(c, got, sizeof got)) > 0;) {
    // A message of 64 bytes is sent back as it is; anything else asks who serves.
    const char* answer = n == 64 ? got : text;
    if (write(c, answer, n == 64 ? 64 : strlen(text)) < 0) break;
  }
  close(c);
}

void serve(const char* protocol, const char* family, const char* port, int workers) {
  const int type = type_of(protocol), s = bound(family, port, type);
  for (int i = 0; i < workers; i++)
    if (fork() == 0)
      for (;;) serve_one(s, type);
  puts("ready");
  fflush(stdout);
  while (wait(nullptr) > 0) {
  }
}

void hangup(const char* family, const char* port) {
  const int s = bound(family, port, SOCK_STREAM);
  const pid_t worker = fork();
  if (worker == 0)
    for (;;) close(accept(s, nullptr, nullptr));
  printf("ready %d\n", worker);
  fflush(stdout);
  wait(nullptr);
}

int local_port(int s) {
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  getsockname(s, reinterpret_cast<sockaddr*>(&own), &length);
  return ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&own)->sin6_port
                                         : reinterpret_cast<sockaddr_in*>(&own)->sin_port);
}

// Asks on one flow and prints what it knows of it. Every other UDP flow is not connected: it only names the peer of each message.
int ask(const char* address, const char* port, int type, bool connected) {
  addrinfo* a = resolve(address, port, type, 0, AF_UNSPEC);
  const int s = socket(a->ai_family, type, 0);
  if (connected && connect(s, a->ai_addr, a->ai_addrlen) != 0) fail("connect");
  char answer[64] = "-";
  const ssize_t sent = connected ? send(s, "who", 3, 0) : sendto(s, "who", 3, 0, a->ai_addr, a->ai_addrlen);
  if (sent < 0) fail("send");
  const ssize_t n = recv(s, answer, sizeof answer - 1, 0);
  if (n >= 0) answer[n] = 0;
  char line[128];
  const int length = snprintf(line, sizeof line, "%d %d %s\n", local_port(s), getpid(), n > 0 ? answer : "-");
  if (write(1, line, static_cast<size_t>(length)) < 0) fail("write");
  freeaddrinfo(a);
  return s;
}

void client(const char* protocol, const char* address, const char* port, int count) {
  for (int i = 0; i < count; i++) {
    if (fork() != 0) {
      wait(nullptr);
      continue;
    }
    ask(address, port, type_of(protocol), type_of(protocol) == SOCK_STREAM || i % 2 == 0);
    std::exit(0);
  }
}

void hold(const char* address, const char* port, int count) {
  for (int i = 0; i < count; i++) ask(address, port, SOCK_STREAM, true);
  puts("held");
  fflush(stdout);
  pause();
}

void syn(const char* address, const char* port) {
  addrinfo* a = resolve(address, port, SOCK_STREAM, 0, AF_UNSPEC);
  const int s = socket(a->ai_family, SOCK_STREAM, 0);
  fcntl(s, F_SETFL, O_NONBLOCK);
  connect(s, a->ai_addr, a->ai_addrlen);
  printf("%d %d -\n", local_port(s), getpid());
  fflush(stdout);
  pause();
}

void storm(const char* address, const char* port, int count) {
  addrinfo* a = resolve(address, port, SOCK_DGRAM, 0, AF_UNSPEC);
  for (int i = 0; i < count; i++) {
    const int s = socket(a->ai_family, SOCK_DGRAM, 0);
    if (connect(s, a->ai_addr, a->ai_addrlen) != 0 || send(s, "x", 1, 0) != 1) fail("storm");
    close(s);
  }
}

void load(const char* address, const char* port, double seconds) {
  addrinfo* a = resolve(address, port, SOCK_STREAM, 0, AF_UNSPEC);
  const int s = socket(a->ai_family, SOCK_STREAM, 0);
  if (connect(s, a->ai_addr, a->ai_addrlen) != 0) fail("connect");
  const auto now = [] {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
  };
  char message[64] = {};
  long rounds = 0;
  for (const double end = now() + seconds; now() < end; rounds++)
    if (send(s, message, sizeof message, 0) != 64 || recv(s, message, sizeof message, MSG_WAITALL) != 64) fail("load");
  printf("%ld\n", rounds);
}

}  // namespace

int main(int count, char** v) {
  const std::string what = count > 1 ? v[1] : "";
  if (what == "serve" && count == 6) serve(v[2], v[3], v[4], atoi(v[5]));
  else if (what == "hangup" && count == 4) hangup(v[2], v[3]);
  else if (what == "client" && count == 6) client(v[2], v[3], v[4], atoi(v[5]));
  else if (what == "hold" && count == 5) hold(v[2], v[3], atoi(v[4]));
  else if (what == "syn" && count == 4) syn(v[2], v[3]);
  else if (what == "storm" && count == 5) storm(v[2], v[3], atoi(v[4]));
  else if (what == "load" && count == 5) load(v[2], v[3], atof(v[4]));
  else return 64;
}
