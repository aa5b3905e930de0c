// For tests: builds captures byte by byte from the formats' specifications, and temporary files to hold them.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "pcap/capture_file.h"

namespace strato::pcap::test {

/** Appends integers in one byte order. */
class Out {
 public:
  explicit Out(bool big = false) : big_(big) {}
  Out& u8(uint8_t v) { return bytes(std::string(1, static_cast<char>(v))); }
  Out& u16(uint16_t v) { return number(v, 2); }
  Out& u32(uint32_t v) { return number(v, 4); }
  Out& u64(uint64_t v) { return number(v, 8); }
  Out& bytes(std::string_view s) {
    text_ += s;
    return *this;
  }
  Out& pad() {
    while (text_.size() % 4 != 0) text_ += '\0';
    return *this;
  }
  const std::string& str() const { return text_; }

 private:
  Out& number(uint64_t v, int n) {
    for (int i = 0; i < n; ++i) text_ += static_cast<char>(v >> 8 * (big_ ? n - 1 - i : i));
    return *this;
  }
  bool big_;
  std::string text_;
};

inline std::string PcapHeader(uint32_t magic = 0xa1b2c3d4, bool big = false, uint32_t link = 1, uint16_t minor = 4) {
  return Out(big).u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(link).str();
}
inline std::string PcapRecord(uint32_t seconds, uint32_t fraction, std::string_view data, uint32_t len = 0, bool big = false) {
  const auto cap = static_cast<uint32_t>(data.size());
  return Out(big).u32(seconds).u32(fraction).u32(cap).u32(len ? len : cap).bytes(data).str();
}

inline std::string Block(uint32_t type, std::string_view body, bool big = false) {
  const std::string padded = Out().bytes(body).pad().str();
  const auto length = static_cast<uint32_t>(padded.size() + 12);
  return Out(big).u32(type).u32(length).bytes(padded).u32(length).str();
}
inline std::string Opt(uint16_t code, std::string_view value, bool big = false) {
  return Out(big).u16(code).u16(static_cast<uint16_t>(value.size())).bytes(value).pad().str();
}
inline std::string SectionBlock(std::string_view options = "", bool big = false, uint16_t major = 1) {
  return Block(0x0a0d0d0a, Out(big).u32(0x1a2b3c4d).u16(major).u16(0).u64(~uint64_t{0}).bytes(options).str(), big);
}
inline std::string InterfaceBlock(uint16_t link = 1, std::string_view options = "", bool big = false, uint32_t snaplen = 0) {
  return Block(1, Out(big).u16(link).u16(0).u32(snaplen).bytes(options).str(), big);
}
inline std::string PacketBlock(uint32_t iface, uint64_t stamp, std::string_view data, std::string_view options = "", bool big = false) {
  const auto n = static_cast<uint32_t>(data.size());
  return Block(6, Out(big).u32(iface).u32(static_cast<uint32_t>(stamp >> 32)).u32(static_cast<uint32_t>(stamp)).u32(n).u32(n)
                      .bytes(Out().bytes(data).pad().str()).bytes(options).str(), big);
}

/** A file with these bytes, removed at the end. */
class TempPath {
 public:
  explicit TempPath(std::string_view content) {
    const int fd = mkstemp(name_.data());
    if (fd >= 0) close(fd);
    Write(content, "wb");
  }
  TempPath(const TempPath&) = delete;
  TempPath& operator=(const TempPath&) = delete;
  ~TempPath() { unlink(name_.c_str()); }
  void Append(std::string_view content) { Write(content, "ab"); }
  const std::string& name() const { return name_; }

 private:
  void Write(std::string_view content, const char* mode) {
    if (std::FILE* file = std::fopen(name_.c_str(), mode)) {
      std::fwrite(content.data(), 1, content.size(), file);
      std::fclose(file);
    }
  }
  std::string name_ = "/tmp/capture-test-XXXXXX";
};

inline std::unique_ptr<CaptureFile> Open(const TempPath& file, const OpenOptions& options = {}) {
  std::string error;
  auto opened = CaptureFile::open(file.name(), options, &error);
  if (!opened) std::fprintf(stderr, "not opened: %s\n", error.c_str());
  return opened;
}

/** All records there are now, read three at a time. */
inline std::vector<PacketRecord> ReadAll(CaptureFile& file) {
  std::vector<PacketRecord> all;
  PacketRecord batch[3];
  while (const size_t n = file.next(batch, 3)) all.insert(all.end(), batch, batch + n);
  return all;
}

inline std::string BytesOf(const CaptureFile& file, const PacketRecord& r) {
  const Span s = file.packet_bytes(r);
  return {reinterpret_cast<const char*>(s.data()), s.size()};
}

}  // namespace strato::pcap::test
