/* What libpcap's compiler is told about the system: Linux with glibc. */
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define HAVE_LINUX_GETNETBYNAME_R 1
#define HAVE_GNU_STRERROR_R 1
#define HAVE_ETHER_HOSTTON 1
#define HAVE_DECL_ETHER_HOSTTON 1
#define DECLARES_ETHER_HOSTTON 1
#define NETINET_ETHER_H_DECLARES_ETHER_HOSTTON 1
#define HAVE_STRUCT_ETHER_ADDR 1
#define HAVE_ASPRINTF 1
#define HAVE_VASPRINTF 1
#define HAVE_STRTOK_R 1
#define HAVE___ATTRIBUTE__ 1
#define INET6 1
#define _GNU_SOURCE 1
