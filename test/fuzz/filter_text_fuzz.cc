// Any bytes as the text of a display filter; what compiles is run over a packet with two IP layers.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "filter/filter.h"
#include "packet/context.h"
#include "packet/registry.h"

namespace strato {
namespace {

class NoFrames : public FrameSource {
 public:
  FrameMeta meta(uint32_t) const override { return {}; }
  Buf bytes(uint32_t) const override { return {}; }
  std::string_view interface_name(uint32_t) const override { return {}; }
  std::string_view interface_description(uint32_t) const override { return {}; }
  std::vector<std::string> comments(uint32_t) const override { return {}; }
};

constexpr uint8_t kIpInIp[] = {
    2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,
    0x45, 0xb8, 0, 48, 0, 1, 0x40, 0, 200, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
    0x45, 0, 0, 28, 0, 1, 0x40, 0, 5, 17, 0, 0, 172, 16, 0, 1, 172, 16, 0, 2, 0x1e, 0x61, 0x27, 0x0f, 0, 8, 0, 0,
};

void run(const filter::Filter& f, const FieldSet* fields) {
  static NoFrames frames;
  static Session session(Settings(), frames);
  static Ctx ctx(session, Registry::get());
  FrameMeta m;
  m.number = 1;
  m.caplen = m.len = sizeof kIpInIp;
  m.linktype = 1;
  static bool first = true;
  dissect_frame(ctx, m, Buf(kIpInIp, sizeof kIpInIp, sizeof kIpInIp), first ? Pass::First : Pass::Look, true, false,
                fields);
  first = false;
  f.matches(ctx);
}

}  // namespace
}  // namespace strato

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace strato;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  filter::Message error;
  std::vector<filter::Message> warnings;
  auto f = filter::Filter::compile(text, Registry::get(), &error, &warnings);
  if (!f) {
    // a refusal says why and where
    if (error.text.empty() || error.start > error.end || error.end > size) abort();
    return 0;
  }
  f->explain();
  run(*f, &f->fields());
  run(*f, nullptr);
  return 0;
}
