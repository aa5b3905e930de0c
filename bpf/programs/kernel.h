/*
 * The few fields of kernel structures that our programs read, by name only: where they lie is looked up in the running
 * kernel's BTF when a program is loaded (CO-RE), so neither order nor size here means anything.
 */
#ifndef STRATO_KERNEL_H
#define STRATO_KERNEL_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u16 __le16;
typedef __u32 __le32;
typedef __u64 __be64;
typedef __u64 __le64;
typedef __u32 __wsum;
typedef __u16 __sum16;
typedef int bool;

/* uapi/linux/bpf.h: numbers that programs name; part of the kernel's stable interface. */
enum {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_RINGBUF = 27,
};
enum { BPF_RB_NO_WAKEUP = 1 };

/* uapi: address families, protocols, states of TCP. */
enum { AF_INET = 2, AF_INET6 = 10 };
enum { IPPROTO_TCP = 6 };
enum {
  TCP_ESTABLISHED = 1,
  TCP_SYN_SENT = 2,
  TCP_FIN_WAIT1 = 4,
  TCP_CLOSE = 7,
  TCP_LAST_ACK = 9,
  TCP_LISTEN = 10,
};
enum { PF_KTHREAD = 0x00200000 };

#define CORE __attribute__((preserve_access_index))

struct ns_common {
  unsigned int inum;
} CORE;

struct net {
  struct ns_common ns;
} CORE;

typedef struct {
  struct net* net;
} CORE possible_net_t;

struct in6_addr {
  union {
    __u8 u6_addr8[16];
    __be32 u6_addr32[4];
  } in6_u;
} CORE;

struct sock_common {
  __be32 skc_daddr;
  __be32 skc_rcv_saddr;
  __be16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
} CORE;

struct sock {
  struct sock_common __sk_common;
  __u16 sk_protocol;
} CORE;

struct inet_sock {
  struct sock sk;
  __be16 inet_sport;
} CORE;

struct socket {
  struct sock* sk;
} CORE;

struct file;
struct sk_buff;

struct upid {
  int nr;
} CORE;

struct pid {
  unsigned int level;
  struct upid numbers[1];
} CORE;

struct kernfs_node {
  __u64 id;
} CORE;

struct cgroup {
  struct kernfs_node* kn;
} CORE;

struct css_set {
  struct cgroup* dfl_cgrp;
} CORE;

struct task_struct {
  unsigned int flags;
  int pid;
  int tgid;
  struct task_struct* group_leader;
  struct pid* thread_pid;
  struct css_set* cgroups;
  char comm[16];
} CORE;

struct seq_file;

struct bpf_iter_meta {
  struct seq_file* seq;
  __u64 session_id;
  __u64 seq_num;
} CORE;

struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
} CORE;

#endif
