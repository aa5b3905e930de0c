#include "pcap/open_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "pcap/temp_file.h"

namespace strato::pcap {
namespace {

bool Fail(OpenFailure kind, const std::string& sentence, std::string* error, OpenFailure* why) {
  *error = sentence;
  *why = kind;
  return false;
}

std::string CannotOpen(const std::string& path) {
  switch (errno) {
    case ENOENT:
      return "There is no file " + path + ": check the path.";
    case EACCES:
    case EPERM:
      return "The file " + path + " may not be read: ask its owner for read permission, or copy it with sudo.";
    default:
      return "The file " + path + " cannot be opened: " + strerror(errno) + ".";
  }
}

std::string Human(uint64_t bytes) {
  const bool giga = bytes >= (uint64_t{1} << 30);
  const uint64_t tenths = bytes * 10 / (giga ? uint64_t{1} << 30 : uint64_t{1} << 20);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + (giga ? " GiB" : " MiB");
}

/** Writes to the temporary file, reports progress and keeps why it had to stop. */
class Spool {
 public:
  Spool(TempFile* temp, const OpenOptions& options, uint64_t total) : temp_(temp), options_(options), total_(total) {}

  bool Take(Span bytes, uint64_t done) {
    std::string error;
    const TempFile::Wrote wrote = temp_->Write(bytes, &error);
    if (wrote == TempFile::Wrote::kLimit) {
      return Stop(OpenFailure::kTooLarge, "The file holds more than " + Human(temp_->limit()) +
                                              " when unpacked, the limit: raise it (setting stratoshark.capture.unpackLimit, "
                                              "-o unpack.limit:BYTES), or unpack the file yourself and open that.");
    }
    if (wrote == TempFile::Wrote::kFailed) return Stop(OpenFailure::kTooLarge, error);
    if (options_.progress && !options_.progress(done, total_)) {
      return Stop(OpenFailure::kCancelled, "Opening was cancelled.");
    }
    return true;
  }

  OpenFailure why = OpenFailure::kNone;
  std::string sentence;

 private:
  bool Stop(OpenFailure kind, std::string text) {
    why = kind;
    sentence = std::move(text);
    return false;
  }
  TempFile* temp_;
  const OpenOptions& options_;
  uint64_t total_;
};

/** Copies a pipe or other stream, so that it can be mapped. */
bool CopyStream(const Fd& stream, const OpenOptions& options, Fd* out, std::string* error, OpenFailure* why) {
  TempFile temp;
  if (!TempFile::Create(options.temp_dir, options.unpack_limit, &temp, error)) {
    return Fail(OpenFailure::kCannotRead, *error, error, why);
  }
  Spool spool(&temp, options, 0);
  std::vector<uint8_t> buffer(kUnpackChunk);
  for (;;) {
    const ssize_t n = ::read(stream.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Fail(OpenFailure::kCannotRead, std::string("Reading failed: ") + strerror(errno) + ".", error, why);
    if (n == 0) break;
    if (!spool.Take({buffer.data(), static_cast<size_t>(n)}, temp.written())) {
      return Fail(spool.why, spool.sentence, error, why);
    }
  }
  *out = temp.Take();
  return true;
}

bool UnpackSource(Source* source, const OpenOptions& options, std::string* error, OpenFailure* why) {
  const Span packed = source->map->view();
  TempFile temp;
  if (!TempFile::Create(options.temp_dir, options.unpack_limit, &temp, error)) {
    return Fail(OpenFailure::kCannotRead, *error, error, why);
  }
  Spool spool(&temp, options, packed.size());
  source->unpack_problem =
      Unpack(source->packing, packed, [&](Span bytes, uint64_t done) { return spool.Take(bytes, done); });
  if (spool.why != OpenFailure::kNone) return Fail(spool.why, spool.sentence, error, why);
  if (temp.written() == 0) {
    const std::string problem = source->unpack_problem.empty() ? "there is nothing in it" : source->unpack_problem;
    return Fail(OpenFailure::kNotACapture, std::string("The file is ") + PackingName(source->packing) +
                    " data without a capture: " + problem + "; get a fresh copy of it.", error, why);
  }
  source->map = FileMap::Map(temp.Take(), "", false, error);
  if (!source->map) return Fail(OpenFailure::kCannotRead, *error, error, why);
  return true;
}

}  // namespace

bool OpenSource(const std::string& path, const OpenOptions& options, Source* out, std::string* error, OpenFailure* why) {
  const bool standard_input = path == "-";
  Fd fd(standard_input ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat st;
  if (!fd.ok() || fstat(fd.get(), &st) != 0) return Fail(OpenFailure::kCannotRead, CannotOpen(path), error, why);
  if (S_ISDIR(st.st_mode)) {
    return Fail(OpenFailure::kCannotRead, path + " is a directory: name a capture file in it.", error, why);
  }
  const bool regular = S_ISREG(st.st_mode);
  if (!regular) {
    Fd copy;
    if (!CopyStream(fd, options, &copy, error, why)) return false;
    fd = std::move(copy);
  }
  out->map = FileMap::Map(std::move(fd), regular && !standard_input ? path : "", regular, error);
  if (!out->map) return Fail(OpenFailure::kCannotRead, *error, error, why);
  if (out->map->view().empty()) {
    return Fail(OpenFailure::kEmpty, "The file " + path + " is empty: the capture wrote nothing, or has not begun.", error, why);
  }
  out->packing = DetectPacking(out->map->view());
  out->can_grow = regular && out->packing == Packing::kNone;
  return out->packing == Packing::kNone || UnpackSource(out, options, error, why);
}

std::string GuessContent(Span file) {
  struct Known {
    std::string_view magic;
    const char* is;
  };
  static constexpr Known kKnown[] = {
      {"\xfd" "7zXZ", "it is xz data: unpack it with unxz first"},
      {"BZh", "it is bzip2 data: unpack it with bunzip2 first"},
      {"PK\x03\x04", "it is a zip archive: unpack it first"},
      {"\x02\x21\x4c\x18", "it is LZ4 data in the legacy format: unpack it with lz4 -d first"},
      {"RTSS", "it is a Network Monitor capture: convert it with editcap first"},
      {"GMBU", "it is a Network Monitor capture: convert it with editcap first"},
      {"\x7f" "ELF", "it is a program"},
  };
  const std::string_view head(reinterpret_cast<const char*>(file.data()), std::min<size_t>(file.size(), 512));
  for (const Known& k : kKnown) {
    if (head.substr(0, k.magic.size()) == k.magic) return k.is;
  }
  if (file.size() >= 263 && head.substr(257, 5) == "ustar") return "it is a tar archive: unpack it first";
  const bool text = std::all_of(head.begin(), head.end(), [](char c) {
    const auto b = static_cast<uint8_t>(c);
    return b >= 0x20 || b == '\n' || b == '\r' || b == '\t' || b == '\f' || b == 0x1b;
  });
  if (text) return "it seems to be a text file; open the pcap or pcapng file that it may have been printed from";
  return "it begins with bytes that no capture format known here has; check that it is a pcap or pcapng file, copied whole";
}

}  // namespace strato::pcap
