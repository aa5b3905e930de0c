/*
 * libpcap's compiler wants a capture handle. Here is one that was never opened, and the few functions of the rest of
 * libpcap that the compiler calls: so nothing that opens devices or reads files is linked.
 */
#include "strato_capture_filter.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pcap-int.h"

int pcap_datalink(pcap_t *p) { return p->linktype; }
int pcap_snapshot(pcap_t *p) { return p->snapshot; }

/* How libpcap's messages name a link type. */
const char *pcap_datalink_val_to_description_or_dlt(int dlt) {
  switch (dlt) {
    case DLT_EN10MB: return "Ethernet";
    case DLT_RAW: return "raw IP";
    default: return "this kind of interface";
  }
}

size_t pcap_strlcpy(char *restrict to, const char *restrict from, size_t size) {
  const size_t length = strlen(from);
  if (size > 0) {
    const size_t kept = length < size ? length : size - 1;
    memcpy(to, from, kept);
    to[kept] = '\0';
  }
  return length;
}

int pcap_strcasecmp(const char *a, const char *b) { return strcasecmp(a, b); }

pcap_t *pcap_open_dead(int dlt, int snaplen) {
  struct pcap *handle = calloc(1, sizeof *handle);
  if (handle == NULL) return NULL;
  handle->fd = -1;
  handle->linktype = dlt;
  handle->snapshot = snaplen;
  handle->activated = 1;
  handle->bpf_codegen_flags = BPF_SPECIAL_VLAN_HANDLING;
  return handle;
}

void pcap_close(pcap_t *p) { free(p); }

int strato_compile_filter(int dlt, int snaplen, const char *text, struct strato_bpf_insn **program, unsigned *length,
                          char *error, unsigned error_size) {
  struct bpf_program code = {0, NULL};
  pcap_t *handle = pcap_open_dead(dlt, snaplen);
  *program = NULL;
  if (handle == NULL || error_size == 0) {
    pcap_close(handle);
    return -1;
  }
  /* No netmask is known: `ip broadcast` is refused, as tcpdump does without one. */
  const int status = pcap_compile(handle, &code, text, 1, PCAP_NETMASK_UNKNOWN);
  if (status == 0) {
    *length = code.bf_len;
    *program = malloc(code.bf_len * sizeof **program);
    for (unsigned i = 0; *program != NULL && i < code.bf_len; i++) {
      const struct bpf_insn *from = &code.bf_insns[i];
      (*program)[i] = (struct strato_bpf_insn){from->code, from->jt, from->jf, from->k};
    }
    pcap_freecode(&code);
  } else {
    snprintf(error, error_size, "%s", handle->errbuf);
  }
  pcap_close(handle);
  return status == 0 && *program != NULL ? 0 : -1;
}

void strato_free_filter(struct strato_bpf_insn *program) { free(program); }
