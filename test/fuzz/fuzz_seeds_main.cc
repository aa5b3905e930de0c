// Makes inputs for the fuzz entries out of captures: fuzz_seeds FOLDER CAPTURE…
// FOLDER/{capture_file,link_transport,application}/ then hold them; what the other entries read is no capture.
#include <sys/stat.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include "application_talk.h"
#include "engine/capture.h"
#include "link_frames.h"
#include "memory_frames.h"
#include "pcap/note_blocks.h"

namespace {

using namespace strato;

constexpr size_t kMostBytes = 16384;  // of an input: small ones are fuzzed far more often
constexpr size_t kFramesOfSeed = 8;

std::string folder;
size_t made = 0;

void save(const char* target, const std::string& bytes) {
  std::ofstream(folder + "/" + target + "/seed-" + std::to_string(made++), std::ios::binary) << bytes;
}

void piece(std::string& seed, uint8_t flags, std::string_view bytes) {
  seed.push_back(static_cast<char>(flags));
  bytes = bytes.substr(0, 0xffff);
  fuzz::put(seed, bytes.size(), 2);
  seed += bytes;
}

void link_seeds(const Capture& c) {
  std::map<uint16_t, std::string> open;
  std::map<uint16_t, size_t> held;
  auto done = [&](uint16_t type) {
    if (open[type].size() > 1) save("link_transport", open[type]);
    open[type].clear();
    held[type] = 0;
  };
  for (uint32_t n = 1; n <= c.size(); n++) {
    const uint16_t type = c.meta(n).linktype;
    const auto* at = std::find(std::begin(fuzz::kLinkTypes), std::end(fuzz::kLinkTypes), type);
    if (at == std::end(fuzz::kLinkTypes)) continue;
    std::string& seed = open[type];
    if (seed.empty()) seed.push_back(static_cast<char>(at - std::begin(fuzz::kLinkTypes)));
    const Buf b = c.bytes(n);
    piece(seed, b.captured() < b.size() ? 1 : 0, b.rest(0));
    if (++held[type] == kFramesOfSeed || seed.size() > kMostBytes) done(type);
  }
  for (auto& [type, seed] : open)
    if (!seed.empty()) done(type);
}

// What both ends of each conversation said, where its port is one of the table's.
void application_seeds(Capture& c) {
  c.scan_to(c.size());
  Ctx ctx(c.session(), Registry::get());
  FollowTap tap;
  ctx.tap = &tap;
  std::map<const Flow*, std::string> talks;
  for (uint32_t n = 1; n <= c.size(); n++) {
    tap.pieces.clear();
    c.dissect(ctx, n, {});
    for (const FollowPiece& p : tap.pieces) {
      if (p.layer != FollowLayer::Tcp && p.layer != FollowLayer::Udp) continue;
      for (size_t i = 0; i < std::size(fuzz::kApplications); i++) {
        const auto& app = fuzz::kApplications[i];
        if (app.tcp != (p.layer == FollowLayer::Tcp) || (p.flow->a_port != app.port && p.flow->b_port != app.port)) continue;
        std::string& seed = talks[p.flow];
        if (seed.empty()) seed.push_back(static_cast<char>(i));
        if (seed.size() < kMostBytes) piece(seed, p.direction, p.bytes.rest(0));
        break;
      }
    }
  }
  for (const auto& [flow, seed] : talks) save("application", seed);
  for (const pcap::Note& note : c.file().notes()) {
    auto block = pcap::ReadCustomBlock(c.file(), note);
    if (!block || block->data.size() < Identities::kBlockMagic.size()) continue;
    std::string seed(1, static_cast<char>(fuzz::kChoices - 1));
    std::string_view data(reinterpret_cast<const char*>(block->data.data()), block->data.size());
    piece(seed, 0, data.substr(Identities::kBlockMagic.size()));
    save("application", seed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER CAPTURE…\n");
    return 64;
  }
  folder = argv[1];
  for (const char* target : {"", "/capture_file", "/link_transport", "/application"})
    mkdir((folder + target).c_str(), 0700);
  for (int i = 2; i < argc; i++) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.size() <= kMostBytes) save("capture_file", bytes);
    std::string error;
    const auto capture = Capture::open(argv[i], {}, {}, &error);
    if (!capture) continue;
    while (capture->read_more(4096)) {}
    link_seeds(*capture);
    application_seeds(*capture);
  }
  std::printf("%zu inputs\n", made);
  return made > 0 ? 0 : 1;
}
