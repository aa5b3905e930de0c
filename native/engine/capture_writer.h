// Writes chosen frames of an open capture to a file descriptor: `-w` of the command line, "Save as" of the editor.
#pragma once
#include <string>
#include <vector>

#include "engine/capture.h"
#include "pcap/fd_sink.h"
#include "pcap/packet_copier.h"

namespace strato {

struct WriteOptions {
  int fd = -1;                // -1: nothing is written
  bool pcapng = true;         // else pcap
  bool keep_secrets = false;  // decryption secrets go along
  std::string app;            // program named in the new file; empty: as in the old one
};

/// begin(), add() with rising numbers, end(). After false: problem() says why, unless the reader of a pipe is gone.
class CaptureWriter {
 public:
  CaptureWriter(const Capture& from, const WriteOptions& o)
      : from_(from), sink_(o.fd),
        copier_(from.file(), [this](pcap::Span b) { return sink_.Write(b); },
                {.pcapng = o.pcapng, .keep_secrets = o.keep_secrets, .app = o.app}) {}

  bool begin() { return copier_.Begin(); }
  bool add(uint32_t number) { return copier_.Add(from_.frames().at(number), from_.edit(number)); }
  bool end() { return copier_.End() && sink_.Flush(); }

  bool reader_gone() const { return sink_.reader_gone(); }
  /// One sentence.
  std::string problem() const { return "The capture could not be written: " + sink_.problem() + "."; }
  /// After end(): sentences on what the new file lacks.
  std::vector<std::string> lost() const { return copier_.Lost(); }

 private:
  const Capture& from_;
  pcap::FdSink sink_;
  pcap::PacketCopier copier_;
};

}  // namespace strato
