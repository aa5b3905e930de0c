/* The door to libpcap's filter compiler: the only part of libpcap that is linked. */
#ifndef STRATO_CAPTURE_FILTER_H
#define STRATO_CAPTURE_FILTER_H

#ifdef __cplusplus
extern "C" {
#endif

/* An instruction of classic BPF, laid out as the kernel's struct sock_filter. */
struct strato_bpf_insn {
  unsigned short code;
  unsigned char jt, jf;
  unsigned int k;
};

/*
 * Compiles a pcap-filter expression for packets of a link type (libpcap's DLT number) as a packet socket sees them: VLAN
 * tags are looked for where Linux keeps them, in the packet's metadata first. An accepted packet is cut to `snaplen`.
 * 0: *program (free it with strato_free_filter) and *length are set; else libpcap's message is in `error`.
 */
int strato_compile_filter(int dlt, int snaplen, const char *text, struct strato_bpf_insn **program, unsigned *length,
                          char *error, unsigned error_size);
void strato_free_filter(struct strato_bpf_insn *program);

#ifdef __cplusplus
}
#endif
#endif
