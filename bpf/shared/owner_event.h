/* What the eBPF programs of socket owners hand to native/live: one layout, read by both sides. C and C++. */
#ifndef STRATO_OWNER_EVENT_H
#define STRATO_OWNER_EVENT_H

/* How the owner was learned: OwnerRole of src/contract/owner.ts, in this order. */
enum strato_owner_role {
  STRATO_ROLE_CONNECT = 0,
  STRATO_ROLE_LISTEN = 1,
  STRATO_ROLE_TRAFFIC = 2,
  STRATO_ROLE_CLOSE = 3,
  STRATO_ROLE_EXISTING = 4,
};

#define STRATO_COMMAND_BYTES 16
/* In a list of namespaces it stands for every one: no namespace has inode 0. */
#define STRATO_EVERY_NETNS 0

struct strato_owner_event {
  unsigned long long time_ns;   /* CLOCK_MONOTONIC */
  unsigned long long cgroup_id; /* of the v2 hierarchy */
  unsigned int netns;           /* inode number */
  unsigned int pid;             /* thread group, first PID namespace */
  unsigned int container_pid;   /* the same in its own PID namespace */
  unsigned short local_port;    /* host order, as the next */
  unsigned short remote_port;
  unsigned short protocol; /* IPPROTO_ */
  unsigned char family;    /* 4 or 6 */
  unsigned char role;
  unsigned char local[16]; /* IPv4: the first four bytes */
  unsigned char remote[16];
  char command[STRATO_COMMAND_BYTES];
  unsigned int reserved;
};

#endif
