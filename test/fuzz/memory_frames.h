// Frames made in memory for the fuzz entries, and what is asked of the engine with every one of them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "engine/json_capture.h"
#include "packet/context.h"
#include "packet/registry.h"

namespace strato::fuzz {

/// Appends the low n bytes of v, highest first.
inline void put(std::string& s, uint64_t v, int n) {
  while (n-- > 0) s.push_back(static_cast<char>(v >> (8 * n)));
}

class MemoryFrames : public FrameSource {
 public:
  explicit MemoryFrames(uint16_t linktype = 1) : linktype_(linktype) {}
  FrameMeta meta(uint32_t n) const override {
    FrameMeta m;
    m.number = n;
    m.caplen = static_cast<uint32_t>(all_[n - 1].first.size());
    m.len = m.caplen + all_[n - 1].second;
    m.ts_ns = int64_t{n} * 1'000'000;
    m.first_ts = 1'000'000;
    m.prev_ts = m.prev_displayed_ts = int64_t{n > 1 ? n - 1 : 1} * 1'000'000;
    m.linktype = linktype_;
    return m;
  }
  Buf bytes(uint32_t n) const override {
    const auto& [f, cut] = all_[n - 1];
    return Buf(reinterpret_cast<const uint8_t*>(f.data()), static_cast<uint32_t>(f.size()),
               static_cast<uint32_t>(f.size()) + cut);
  }
  std::string_view interface_name(uint32_t) const override { return {}; }
  std::string_view interface_description(uint32_t) const override { return {}; }
  std::vector<std::string> comments(uint32_t) const override { return {}; }

  /// A frame of which `cut` bytes were not captured.
  void add(std::string bytes, uint32_t cut = 0) { all_.emplace_back(std::move(bytes), cut); }
  uint32_t size() const { return static_cast<uint32_t>(all_.size()); }

 private:
  uint16_t linktype_;
  std::vector<std::pair<std::string, uint32_t>> all_;
};

/// One conversation 10.0.0.1:40000 – 10.0.0.2:port over Ethernet and IPv4.
class Conversation {
 public:
  Conversation(MemoryFrames& to, bool tcp, uint16_t port) : to_(to), tcp_(tcp), port_(port) {}
  void say(int side, std::string_view payload, bool fin = false) {
    std::string f("\2\0\0\0\0\2\2\0\0\0\0\1\x08\0", 14);
    put(f, 0x4500, 2);
    put(f, 20 + (tcp_ ? 20 : 8) + payload.size(), 2);
    put(f, 0x000040004000 | (tcp_ ? 6 : 17), 6);
    put(f, 0, 2);
    put(f, side == 0 ? 0x0a0000010a000002 : 0x0a0000020a000001, 8);
    put(f, side == 0 ? 0x9c40 : port_, 2);
    put(f, side == 0 ? port_ : 0x9c40, 2);
    if (tcp_) {
      put(f, seq_[side], 4);
      put(f, seq_[1 - side], 4);
      put(f, fin ? 0x5019ffff00000000 : 0x5018ffff00000000, 8);
      seq_[side] += static_cast<uint32_t>(payload.size()) + (fin ? 1 : 0);
    } else {
      put(f, 8 + payload.size(), 2);
      put(f, 0, 2);
    }
    f += payload;
    to_.add(std::move(f));
  }

 private:
  MemoryFrames& to_;
  bool tcp_;
  uint16_t port_;
  uint32_t seq_[2] = {1, 1};
};

/// The row and the details of a frame, as the editor gets them.
inline std::string shown(Ctx& c, const MemoryFrames& frames, uint32_t n, bool shallow) {
  c.shallow = shallow;
  dissect_frame(c, frames.meta(n), frames.bytes(n), Pass::Look, true, true, nullptr);
  Text t;
  json_row(c, t);
  json_detail(c, t);
  return t.take();
}

/// Indexes all frames and looks at each twice, in both directions: aborts where the order of access tells in an answer.
inline void look_at_all(Session& session, const MemoryFrames& frames, bool shallow) {
  Ctx c(session, Registry::get());
  std::vector<bool> carries(frames.size() + 1);
  for (uint32_t n = 1; n <= frames.size(); n++) {
    dissect_frame(c, frames.meta(n), frames.bytes(n), Pass::Transport, false, false, nullptr);
    carries[n] = c.carries;
  }
  for (uint32_t n = 1; n <= frames.size() && !shallow; n++)
    if (carries[n]) dissect_frame(c, frames.meta(n), frames.bytes(n), Pass::Application, false, false, nullptr);
  std::vector<std::string> there;
  for (uint32_t n = 1; n <= frames.size(); n++) there.push_back(shown(c, frames, n, shallow));
  for (uint32_t n = frames.size(); n > 0; n--) {
    if (shown(c, frames, n, shallow) == there[n - 1]) continue;
    std::fprintf(stderr, "broken promise: packet %u depends on what was looked at before\n", n);
    std::abort();
  }
}

/// Reads the frames in one pass, with all that is shown of each, and aborts where that leaves another state than the index
/// of look_at_all() (which takes usual packets a way of its own).
inline void same_in_one_pass(Session& indexed, Session& fresh, const MemoryFrames& frames) {
  Ctx a(indexed, Registry::get()), b(fresh, Registry::get());
  for (uint32_t n = 1; n <= frames.size(); n++)
    dissect_frame(b, frames.meta(n), frames.bytes(n), Pass::First, true, true, nullptr);
  for (uint32_t n = 1; n <= frames.size(); n++) {
    if (shown(a, frames, n, true) == shown(b, frames, n, true)) continue;
    std::fprintf(stderr, "broken promise: packet %u depends on how the capture was read\n", n);
    std::abort();
  }
}

/// Cuts an input into pieces: a byte of flags, two of length, as many bytes (or what is left).
class Pieces {
 public:
  Pieces(const uint8_t* data, size_t size) : at_(data), left_(size) {}
  bool next(uint8_t& flags, std::string_view& bytes) {
    if (left_ < kHead) return false;
    flags = at_[0];
    size_t n = static_cast<size_t>(at_[1]) << 8 | at_[2];
    at_ += kHead;
    left_ -= kHead;
    if (n > left_) n = left_;
    bytes = {reinterpret_cast<const char*>(at_), n};
    at_ += n;
    left_ -= n;
    return true;
  }

 private:
  static constexpr size_t kHead = 3;
  const uint8_t* at_;
  size_t left_;
};

}  // namespace strato::fuzz
