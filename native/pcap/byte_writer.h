// Appends little-endian numbers, padded texts and pcapng options to a vector.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace strato::pcap {

class ByteWriter {
 public:
  explicit ByteWriter(std::vector<uint8_t>* out) : out_(out) {}

  template <typename T>
  void Number(T value) {
    uint8_t raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);  // the host is little-endian: endian.h holds that
    out_->insert(out_->end(), raw, raw + sizeof value);
  }
  void Bytes(std::span<const uint8_t> bytes) { out_->insert(out_->end(), bytes.begin(), bytes.end()); }
  void Bytes(std::string_view text) { out_->insert(out_->end(), text.begin(), text.end()); }
  void Pad() { out_->resize((out_->size() + 3) & ~size_t{3}); }

  void Option(uint16_t code, std::span<const uint8_t> value) {
    value = value.first(std::min<size_t>(value.size(), 65535));
    Number(code);
    Number(static_cast<uint16_t>(value.size()));
    Bytes(value);
    Pad();
  }
  void Option(uint16_t code, std::string_view value) {
    Option(code, {reinterpret_cast<const uint8_t*>(value.data()), value.size()});
  }
  template <typename T>
  void NumberOption(uint16_t code, T value) {
    Number(code);
    Number(static_cast<uint16_t>(sizeof value));
    Number(value);
    Pad();
  }
  /** A code byte before the value: epb_hash, epb_verdict, if_filter. */
  void TaggedOption(uint16_t code, uint8_t tag, std::span<const uint8_t> value) {
    value = value.first(std::min<size_t>(value.size(), 65534));
    Number(code);
    Number(static_cast<uint16_t>(value.size() + 1));
    Number(tag);
    Bytes(value);
    Pad();
  }
  void EndOptions() { Number(uint32_t{0}); }

 private:
  std::vector<uint8_t>* out_;
};

}  // namespace strato::pcap
