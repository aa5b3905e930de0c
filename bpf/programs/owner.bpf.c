/*
 * Whose socket is it? Only where the current task is known to be the one that acts: in the system calls that send, receive,
 * connect, listen and close. Never in softirq, where the current task is whoever was interrupted.
 *
 * Whom a socket was told of is kept in a table by its cookie, so that what repeats costs a look-up in an array and nothing
 * else. Storage at the socket itself (sk_storage) would know each for as long as it is there, but costs two allocations and
 * their freeing for each: as much as all of the rest.
 */
#include "kernel.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_tracing.h>

#include "../shared/owner_event.h"

/* This file and kernel.h are also offered under BSD-2-Clause or GPL-2.0: the kernel lends bpf_probe_read_kernel() to such only. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Network namespaces whose sockets are told of. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 4096);
  __type(key, __u32);
  __type(value, __u8);
} namespaces SEC(".maps");

/* Not 0: sockets of every network namespace are told of. */
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u32);
} every SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 1 << 20);
} events SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, __u64);
} lost SEC(".maps");

/* A socket that many processes use in turn (a shared UDP socket) is told of that often, then no more. */
#define MAX_TOLD 64

struct told {
  __u64 cookie; /* of the socket, which no other has; 0: of none */
  __u32 pid;
  __u32 ends; /* both ports: a UDP socket may be connected again */
  __u32 times;
};

/* So many sockets are known at once. Cookies are counted up: a socket's place is taken by the one that began so many later,
 * and it is told of once more when it is used again. */
#define TOLD_PLACES 32768

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, TOLD_PLACES);
  __type(key, __u32);
  __type(value, struct told);
} told SEC(".maps");

/* Who called connect(), by the socket's cookie until the local port is known. Of more at once the others are told of when
 * they send. */
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 2048);
  __type(key, __u64);
  __type(value, struct strato_owner_event);
} connecting SEC(".maps");

static __always_inline int is_internet(struct sock* sk) {
  unsigned short family = sk->__sk_common.skc_family;
  return family == AF_INET || family == AF_INET6;
}

static __always_inline int is_wanted(__u32 netns) {
  __u32 zero = 0;
  const __u32* all = bpf_map_lookup_elem(&every, &zero);
  return (all && *all) || bpf_map_lookup_elem(&namespaces, &netns);
}

/* The socket's place, which may be another's. */
static __always_inline struct told* place_of(__u64 cookie) {
  __u32 at = cookie & (TOLD_PLACES - 1);
  return bpf_map_lookup_elem(&told, &at);
}

/* What the socket was told of; none: never, or another has its place. */
static __always_inline const struct told* told_of(__u64 cookie) {
  const struct told* k = place_of(cookie);
  return k && k->cookie == cookie ? k : 0;
}

/* inet_sport outlives skc_num when a socket closes, and skc_num is set first when it is bound. */
static __always_inline __u16 local_port(struct sock* sk) {
  __u16 port = sk->__sk_common.skc_num;
  return port ? port : bpf_ntohs(BPF_CORE_READ((struct inet_sock*)sk, inet_sport));
}

static __always_inline __u32 ends_of(struct sock* sk) {
  return ((__u32)local_port(sk) << 16) | sk->__sk_common.skc_dport;
}

static __always_inline void describe_v6(struct sock* sk, struct strato_owner_event* e) {
  BPF_CORE_READ_INTO(&e->local, sk, __sk_common.skc_v6_rcv_saddr);
  BPF_CORE_READ_INTO(&e->remote, sk, __sk_common.skc_v6_daddr);
}

static __always_inline void describe_socket(struct sock* sk, struct strato_owner_event* e) {
  e->netns = sk->__sk_common.skc_net.net->ns.inum;
  e->local_port = local_port(sk);
  e->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
  e->protocol = sk->sk_protocol;
  if (sk->__sk_common.skc_family == AF_INET6) {
    e->family = 6;
    describe_v6(sk, e);
    return;
  }
  e->family = 4;
  __be32 address = sk->__sk_common.skc_rcv_saddr;
  __builtin_memcpy(e->local, &address, sizeof address);
  address = sk->__sk_common.skc_daddr;
  __builtin_memcpy(e->remote, &address, sizeof address);
}

static __always_inline void describe_task(struct task_struct* task, struct strato_owner_event* e) {
  struct task_struct* leader = task->group_leader;
  struct pid* pid = leader->thread_pid;
  const void* own = (const void*)pid + bpf_core_field_offset(struct pid, numbers) +
                    (unsigned long)(pid->level & 31) * bpf_core_type_size(struct upid) + bpf_core_field_offset(struct upid, nr);
  e->pid = task->tgid;
  bpf_probe_read_kernel(&e->container_pid, sizeof e->container_pid, own);
  bpf_probe_read_kernel(e->command, sizeof e->command, (const void*)leader + bpf_core_field_offset(struct task_struct, comm));
  e->cgroup_id = task->cgroups->dfl_cgrp->kn->id;
}

/* 0: no room, to be told when the socket is used again. */
static __always_inline int send(const struct strato_owner_event* e) {
  if (bpf_ringbuf_output(&events, (void*)e, sizeof *e, BPF_RB_NO_WAKEUP) == 0) return 1;
  __u32 zero = 0;
  __u64* count = bpf_map_lookup_elem(&lost, &zero);
  if (count) ++*count;
  return 0;
}

static __always_inline void remember(__u64 cookie, __u32 pid, __u32 ends) {
  struct told* k = place_of(cookie);
  if (!k) return;
  if (k->cookie != cookie) {
    k->times = 0;
    k->cookie = cookie;
  }
  k->pid = pid;
  k->ends = ends;
  k->times++;
}

/* The current task acts on the socket. */
static __always_inline void tell(struct sock* sk, __u8 role) {
  struct task_struct* task = bpf_get_current_task_btf();
  __u64 cookie = bpf_get_socket_cookie(sk);
  const struct told* k = told_of(cookie);
  __u32 ends = ends_of(sk);
  if (k) {
    if ((k->pid == (__u32)task->tgid && k->ends == ends) || k->times >= MAX_TOLD) return;
    if (role == STRATO_ROLE_CLOSE) return;
  }
  if (task->flags & PF_KTHREAD) return;
  __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if (!is_wanted(netns)) return;
  struct strato_owner_event e = {};
  e.time_ns = bpf_ktime_get_ns();
  e.role = role;
  describe_socket(sk, &e);
  describe_task(task, &e);
  if (send(&e)) remember(cookie, e.pid, ends);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(owner_send, struct sock* sk) {
  if (is_internet(sk)) tell(sk, STRATO_ROLE_TRAFFIC);
  return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(owner_receive, struct sock* sk) {
  if (is_internet(sk)) tell(sk, STRATO_ROLE_TRAFFIC);
  return 0;
}

/* connect() names its caller before it has chosen the local port: kept, told when the port is known. */
static __always_inline void begin_connect(struct sock* sk) {
  struct task_struct* task = bpf_get_current_task_btf();
  __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if ((task->flags & PF_KTHREAD) || !is_wanted(netns)) return;
  __u64 cookie = bpf_get_socket_cookie(sk);
  struct strato_owner_event e = {};
  e.role = STRATO_ROLE_CONNECT;
  e.time_ns = bpf_ktime_get_ns();
  describe_task(task, &e);
  bpf_map_update_elem(&connecting, &cookie, &e, 0);
}

/* In any context: whose it is was kept before. 0: it is to be told yet. */
static __always_inline int finish_connect(struct sock* sk, __u64 cookie) {
  const struct strato_owner_event* kept = bpf_map_lookup_elem(&connecting, &cookie);
  if (!kept) return 1;
  struct strato_owner_event e = *kept;
  describe_socket(sk, &e);
  if (!e.local_port || !send(&e)) return 0;
  remember(cookie, e.pid, ends_of(sk));
  return 1;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(owner_state, struct sock* sk, int before, int now) {
  if (sk->sk_protocol != IPPROTO_TCP || !is_internet(sk)) return 0;
  if (now == TCP_SYN_SENT) {
    begin_connect(sk);
  } else if (before == TCP_SYN_SENT) {
    __u64 cookie = bpf_get_socket_cookie(sk);
    finish_connect(sk, cookie);
    bpf_map_delete_elem(&connecting, &cookie);
  } else if (now == TCP_LISTEN) {
    tell(sk, STRATO_ROLE_LISTEN);
  } else if (now == TCP_FIN_WAIT1 || now == TCP_LAST_ACK) {
    tell(sk, STRATO_ROLE_CLOSE);
  }
  return 0;
}

/* A SYN that nobody answers changes no state: its first repeat tells whose it is. */
SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(owner_retransmit, struct sock* sk) {
  __u64 cookie = bpf_get_socket_cookie(sk);
  if (finish_connect(sk, cookie)) bpf_map_delete_elem(&connecting, &cookie);
  return 0;
}

/* Sockets that were there before: one event for each, written to the reader of the iterator. */
SEC("iter/task_file")
int owner_existing(struct bpf_iter__task_file* ctx) {
  struct task_struct* task = ctx->task;
  struct file* file = ctx->file;
  if (!task || !file) return 0;
  struct socket* socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock* sk = socket->sk;
  if (!sk || !is_internet(sk)) return 0;
  __u32 netns = sk->__sk_common.skc_net.net->ns.inum;
  if (!is_wanted(netns)) return 0;
  __u64 cookie = bpf_get_socket_cookie(sk);
  if (told_of(cookie)) return 0;
  struct strato_owner_event e = {};
  e.time_ns = bpf_ktime_get_ns();
  e.role = STRATO_ROLE_EXISTING;
  describe_socket(sk, &e);
  if (!e.local_port) return 0;
  describe_task(task, &e);
  // Where the reader's buffer is full the kernel asks again for the same socket: it must not be known yet.
  if (bpf_seq_write(ctx->meta->seq, &e, sizeof e)) return 0;
  remember(cookie, e.pid, ends_of(sk));
  return 0;
}
