#include "live/capture_filter.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <strato_capture_filter.h>

#include <algorithm>
#include <cstdio>

namespace strato::live {
namespace {

constexpr uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS, kJumpEqual = BPF_JMP | BPF_JEQ | BPF_K, kJump = BPF_JMP | BPF_JA,
                   kJumpGreater = BPF_JMP | BPF_JGT | BPF_K, kReturn = BPF_RET | BPF_K;
constexpr uint32_t kPacketType = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE),
                   kHardwareType = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_HATYPE),
                   kInterfaceIndex = static_cast<uint32_t>(SKF_AD_OFF + SKF_AD_IFINDEX);
/// Tests that one comparison passes over: conditional jumps reach 255 instructions.
constexpr size_t kLinksTogether = 64;

constexpr Instruction accept(uint32_t snaplen) { return {kReturn, 0, 0, snaplen}; }
constexpr Instruction kReject{kReturn, 0, 0, 0};

/// Rejects what a loopback interface sends; what it receives of the same goes on.
void skip_outgoing(Program& p) {
  p.push_back({kLoad, 0, 0, kPacketType});
  p.push_back({kJumpEqual, 0, 1, PACKET_OUTGOING});
  p.push_back(kReject);
}

void append(Program& to, const Program& from) { to.insert(to.end(), from.begin(), from.end()); }

}  // namespace

bool compile_filter(const std::string& text, LinkLayer layer, uint32_t snaplen, Program* out, std::string* error) {
  out->clear();
  if (text.find_first_not_of(" \t\n") == std::string::npos) {
    out->push_back(accept(snaplen));
    return true;
  }
  char message[512] = "";
  strato_bpf_insn* code = nullptr;
  unsigned length = 0;
  if (strato_compile_filter(layer.dlt, static_cast<int>(snaplen), text.c_str(), &code, &length, message, sizeof message) != 0) {
    *error = message;
    return false;
  }
  for (unsigned i = 0; i < length; i++) out->push_back({code[i].code, code[i].jt, code[i].jf, code[i].k});
  strato_free_filter(code);
  return true;
}

bool program_for_interface(const std::string& text, uint16_t hardware, uint32_t snaplen, Program* out, std::string* error) {
  Program body;
  if (!compile_filter(text, link_layer_of(hardware).value_or(kEthernet), snaplen, &body, error)) return false;
  out->clear();
  if (hardware == kHardwareLoopback) skip_outgoing(*out);
  append(*out, body);
  return true;
}

bool program_for_all(const std::string& text, uint32_t snaplen, Program* out, std::string* error) {
  Program ethernet, raw;
  if (!compile_filter(text, kEthernet, snaplen, &ethernet, error)) return false;
  std::string none;
  if (!compile_filter(text, kRawIp, snaplen, &raw, &none)) raw = program_for_none();
  out->clear();
  // Conditional jumps reach 255 instructions only: each test stands before a jump that has 32 bits.
  struct Case {
    uint16_t hardware;
    const Program* body;
  };
  std::vector<Case> cases = {{kHardwareLoopback, &ethernet}, {kHardwareEthernet, &ethernet}};
  for (const uint16_t hardware : kHardwareRaw) cases.push_back({hardware, &raw});
  const auto head = static_cast<uint32_t>(1 + 2 * cases.size() + 1);  // load, tests, reject
  const uint32_t loopback_at = head, ethernet_at = head + 3, raw_at = ethernet_at + static_cast<uint32_t>(ethernet.size());
  out->push_back({kLoad, 0, 0, kHardwareType});
  for (const Case& c : cases) {
    const uint32_t target = c.hardware == kHardwareLoopback ? loopback_at : c.body == &ethernet ? ethernet_at : raw_at;
    out->push_back({kJumpEqual, 0, 1, c.hardware});
    out->push_back({kJump, 0, 0, target - static_cast<uint32_t>(out->size()) - 1});
  }
  out->push_back(kReject);
  skip_outgoing(*out);
  append(*out, ethernet);
  append(*out, raw);
  return true;
}

bool program_for_links(const std::string& text, std::vector<uint32_t> links, uint32_t snaplen, Program* out, std::string* error) {
  Program body;
  if (!compile_filter(text, kEthernet, snaplen, &body, error)) return false;
  std::sort(links.begin(), links.end());
  out->clear();
  out->push_back({kLoad, 0, 0, kInterfaceIndex});
  std::vector<size_t> to_body;
  for (size_t at = 0; at < links.size(); at += kLinksTogether) {
    const size_t n = std::min(kLinksTogether, links.size() - at);
    // Beyond the last of these: to the next ones. One of these: to the jump behind the rejection, which has 32 bits.
    out->push_back({kJumpGreater, static_cast<uint8_t>(n + 2), 0, links[at + n - 1]});
    for (size_t i = 0; i < n; i++) out->push_back({kJumpEqual, static_cast<uint8_t>(n - i), 0, links[at + i]});
    out->push_back(kReject);
    to_body.push_back(out->size());
    out->push_back({kJump, 0, 0, 0});
  }
  out->push_back(kReject);
  for (const size_t at : to_body) (*out)[at].k = static_cast<uint32_t>(out->size() - at - 1);
  append(*out, body);
  return true;
}

Program program_for_none() { return {kReject}; }

FilterPosition position_of_error(const std::string& text, const std::string& error) {
  // Messages quote the word they mean: unknown host 'foo', illegal token: foo.
  std::string word;
  const size_t quote = error.find('\'');
  if (quote != std::string::npos) {
    const size_t end = error.find('\'', quote + 1);
    if (end != std::string::npos) word = error.substr(quote + 1, end - quote - 1);
  } else if (const size_t colon = error.rfind(": "); colon != std::string::npos) {
    word = error.substr(colon + 2);
  }
  const size_t at = word.empty() ? std::string::npos : text.find(word);
  if (at == std::string::npos) return {};
  return {static_cast<uint32_t>(at), static_cast<uint32_t>(word.size())};
}

std::string listing(const Program& p) {
  std::string out;
  char line[96];
  for (size_t i = 0; i < p.size(); i++) {
    std::snprintf(line, sizeof line, "(%03zu) code 0x%02x  jt %u  jf %u  k 0x%x\n", i, p[i].code, p[i].jump_true,
                  p[i].jump_false, p[i].k);
    out += line;
  }
  return out;
}

}  // namespace strato::live
