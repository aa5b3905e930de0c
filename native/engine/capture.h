// An open capture: the file, the table of its frames, and the dissection state over them. Single-threaded: whoever
// shares it among threads locks (see document.h). The command line uses it directly.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/frame_table.h"
#include "engine/packet_facts.h"
#include "packet/context.h"
#include "packet/frame_options.h"
#include "packet/session.h"
#include "pcap/capture_file.h"
#include "pcap/packet_copier.h"

namespace strato {

class Capture : public FrameSource, public FrameDetails {
 public:
  /// nullptr: *error is one sentence (cause and remedy), *why its kind.
  static std::unique_ptr<Capture> open(const std::string& path, const Settings& settings,
                                       const pcap::OpenOptions& options, std::string* error,
                                       pcap::OpenFailure* why = nullptr);
  ~Capture() override;

  /// Reads the next frames into the table, at most max; returns how many (0 = end so far, or damage).
  uint32_t read_more(uint32_t max);
  /// As read_more(), each frame scanned up to TCP and UDP at once, while it is in the processor's cache.
  uint32_t read_on(uint32_t max);
  uint32_t size() const { return frames_.size(); }
  /// First pass over frames up to and including `number`, in order; what was done already is not done again.
  void scan_to(uint32_t number) {
    scan_transport_to(number);
    apply_to(number);
  }
  /// The first pass in two: up to TCP and UDP …
  void scan_transport_to(uint32_t number);
  /// … and what these carry, of frames that scan_transport_to() saw.
  void apply_to(uint32_t number);
  uint32_t scanned() const { return scanned_; }
  uint32_t applied() const { return applied_; }
  /// Changes so far of what is said of packets beside their bytes: comments, marks, identities.
  uint32_t edits_made() const { return edits_made_ + session_.identities.blocks(); }
  const Identities& identities() const { return session_.identities; }
  /// Changes of identities alone.
  uint32_t identities_read() const { return session_.identities.blocks(); }
  const PacketFacts& facts() const { return facts_; }

  struct Want {
    bool tree = false, columns = false;
    bool shallow = false;              // nothing above TCP and UDP
    const FieldSet* fields = nullptr;  // with tree: only these
    uint32_t prev_displayed = 0;       // frame displayed before this one; 0 = the one before it
    uint32_t reference = 0;            // frame that relative times are counted from; 0 = the first
    int ts_digits = -1;                // decimals of a second shown; -1 = those of the file
  };
  /// Dissects a frame that was read. If it is the next to scan, this is its first pass (one-pass output); frames
  /// before it must be scanned then. A frame that was scanned but not applied yet is dissected up to TCP and UDP.
  void dissect(Ctx& c, uint32_t number, const Want& want);

  /// The time at a frame, from which that of later ones is counted: a block without one has that of the packet before it.
  /// `otherwise`: there is no packet before.
  int64_t counted_from(uint32_t number, int64_t otherwise) const;
  FrameMeta meta(uint32_t number) const override;
  Buf bytes(uint32_t number) const override;
  std::string_view interface_name(uint32_t number) const override;
  std::string_view interface_description(uint32_t number) const override;
  std::vector<std::string> comments(uint32_t number) const override;
  uint32_t section(uint32_t number) const override;
  FrameOptions options(uint32_t number) const override;
  std::optional<CustomFrame> custom_block(uint32_t number) const override;

  /// What a user changed of a frame, nullptr nothing. Comments so changed are what every answer says of the frame.
  const pcap::PacketEdit* edit(uint32_t number) const {
    auto e = edits_.empty() ? edits_.end() : edits_.find(number);
    return e == edits_.end() ? nullptr : &e->second;
  }
  /// All that users changed, by frame, in no order.
  const std::unordered_map<uint32_t, pcap::PacketEdit>& edits() const { return edits_; }
  /// Changes what edit() gives; an edit without anything in it takes the change back.
  void set_edit(uint32_t number, pcap::PacketEdit e);
  bool marked(uint32_t number) const override;
  bool marked_in_file(uint32_t number) const;

  pcap::CaptureFile& file() { return *file_; }
  const pcap::CaptureFile& file() const { return *file_; }
  Session& session() { return session_; }
  const FrameTable& frames() const { return frames_; }
  /// Why the key log of the settings could not be read, one sentence; empty: it was, or none was named.
  const std::string& key_log_problem() const { return key_log_problem_; }

 private:
  Capture(std::unique_ptr<pcap::CaptureFile> f, const Settings& s);
  const pcap::Interface* interface_of(uint32_t number) const;
  uint32_t section_of(const pcap::PacketRecord& r) const;
  void take_secrets(uint32_t number);
  void take_identities();

  std::unique_ptr<pcap::CaptureFile> file_;
  FrameTable frames_;
  std::unordered_map<uint32_t, pcap::PacketEdit> edits_;
  Session session_;
  Ctx scan_ctx_;
  PacketFacts facts_;
  uint32_t scanned_ = 0, applied_ = 0, edits_made_ = 0;
  uint32_t first_timed_ = 1;  // the frame that seconds are counted from
  size_t notes_seen_ = 0;  // of the file's, looked at for secrets
  size_t identities_seen_ = 0;  // and for identities
  std::string key_log_problem_;
  bool pcapng_ = false;
};

}  // namespace strato
