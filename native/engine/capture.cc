#include "engine/capture.h"

#include <algorithm>
#include <cstring>

#include "engine/link_encap.h"
#include "packet/registry.h"
#include "pcap/link_types.h"
#include "pcap/note_blocks.h"
#include "pcap/text_file.h"

namespace strato {
namespace {

// A connection takes about 1 KB in a log: more than this is no log that belongs to a capture.
constexpr uint64_t kMaxKeyLog = 256u << 20;

}  // namespace

std::unique_ptr<Capture> Capture::open(const std::string& path, const Settings& settings,
                                       const pcap::OpenOptions& options, std::string* error,
                                       pcap::OpenFailure* why) {
  pcap::OpenOptions o = options;
  if (settings.wireshark_defaults) o.refuse_unknown_link_types = true;
  auto file = pcap::CaptureFile::open(path, o, error, why);
  if (!file) return nullptr;
  Registry::get().use_extras(!settings.wireshark_defaults);
  return std::unique_ptr<Capture>(new Capture(std::move(file), settings));
}

Capture::Capture(std::unique_ptr<pcap::CaptureFile> f, const Settings& s)
    : file_(std::move(f)), session_(s, *this), scan_ctx_(session_, Registry::get()) {
  pcapng_ = file_->kind().rfind("pcapng", 0) == 0;
  for (const std::string& log : s.key_logs) session_.keys.add(log);
  if (s.keylog_file.empty()) return;
  std::string text;
  if (pcap::ReadTextFile(s.keylog_file, kMaxKeyLog, &text, &key_log_problem_)) session_.keys.add(text);
}
Capture::~Capture() = default;

uint32_t Capture::read_more(uint32_t max) {
  pcap::PacketRecord batch[256];
  uint32_t got = 0;
  while (got < max) {
    size_t n = file_->next(batch, max - got < 256 ? max - got : 256);
    if (n == 0) break;
    for (size_t i = 0; i < n; i++) frames_.push(batch[i]);
    got += static_cast<uint32_t>(n);
  }
  // Wireshark counts from frame 1 even where that is a block without a time, as in captures with names: from 1970 then.
  if (!session_.settings.wireshark_defaults)
    while (first_timed_ < size() && !frames_.at(first_timed_).has_ts()) first_timed_++;
  take_identities();
  return got;
}

uint32_t Capture::read_on(uint32_t max) {
  constexpr uint32_t kAtOnce = 256;
  uint32_t got = 0;
  while (got < max) {
    const uint32_t n = read_more(std::min(kAtOnce, max - got));
    if (n == 0) break;
    scan_transport_to(size());
    got += n;
  }
  return got;
}

// Owners of sockets become known after their first packets: what stands anywhere in the file holds for all of it.
void Capture::take_identities() {
  const auto& notes = file_->notes();
  for (; identities_seen_ < notes.size(); identities_seen_++) {
    const pcap::Note& n = notes[identities_seen_];
    if (n.kind != pcap::Note::kCustom) continue;
    auto block = pcap::ReadCustomBlock(*file_, n);
    if (block && block->pen == pcap::kOurEnterpriseNumber)
      session_.identities.add_block({reinterpret_cast<const char*>(block->data.data()), block->data.size()});
  }
}

// Secrets stand in the file before the packets they open: those behind frame `number` are for later frames, so that it
// is dissected the same however far the file was read.
void Capture::take_secrets(uint32_t number) {
  const auto& notes = file_->notes();
  for (; notes_seen_ < notes.size(); notes_seen_++) {
    const pcap::Note& n = notes[notes_seen_];
    if (n.packets_before >= number) return;
    if (n.kind != pcap::Note::kSecrets) continue;
    auto secrets = pcap::ReadSecrets(*file_, n);
    if (!secrets || secrets->type != pcap::kSecretsTlsKeyLog) continue;
    session_.keys.add({reinterpret_cast<const char*>(secrets->data.data()), secrets->data.size()});
  }
}

void Capture::scan_transport_to(uint32_t number) {
  if (number > frames_.size()) number = frames_.size();
  scan_ctx_.shallow = false;
  while (scanned_ < number) {
    scanned_++;
    dissect_frame(scan_ctx_, meta(scanned_), bytes(scanned_), Pass::Transport, false, false, nullptr);
    facts_.push(scan_ctx_);
  }
}

void Capture::apply_to(uint32_t number) {
  if (number > scanned_) number = scanned_;
  scan_ctx_.shallow = false;
  while (applied_ < number) {
    applied_++;
    if (!facts_.at(applied_).carries()) continue;
    take_secrets(applied_);
    dissect_frame(scan_ctx_, meta(applied_), bytes(applied_), Pass::Application, false, false, nullptr);
    facts_.update(applied_, scan_ctx_);
  }
}

void Capture::dissect(Ctx& c, uint32_t number, const Want& want) {
  FrameMeta m = meta(number);
  if (want.prev_displayed && m.has_ts) m.prev_displayed_ts = counted_from(want.prev_displayed, m.ts_ns);
  if (want.reference && m.has_ts) m.first_ts = counted_from(want.reference, m.ts_ns);
  if (want.ts_digits >= 0) m.ts_digits = static_cast<uint8_t>(want.ts_digits);
  bool first = number == scanned_ + 1;
  if (first) {
    apply_to(scanned_);
    take_secrets(number);
  }
  c.shallow = !first && (want.shallow || number > applied_);
  dissect_frame(c, m, bytes(number), first ? Pass::First : Pass::Look, want.tree, want.columns, want.fields);
  if (!first) return;
  scanned_ = applied_ = number;
  facts_.push(c);
}

namespace {

// Decimals of a second that a resolution is worth, rounded up to those people read.
uint8_t digits_of(uint8_t tsresol) {
  bool binary = tsresol & 0x80;
  int n = tsresol & 0x7f;
  if (binary) n = n * 3 / 10;  // log10(2)
  return n > 6 ? 9 : n > 3 ? 6 : n > 0 ? 3 : 0;
}

}  // namespace

// Wireshark gives blocks that are no packets the time of what comes before them, 1970 where that is nothing, and 1970 to
// simple packets.
int64_t Capture::counted_from(uint32_t number, int64_t otherwise) const {
  const bool as_wireshark = session_.settings.wireshark_defaults;
  for (; number; number--) {
    const pcap::PacketRecord r = frames_.at(number);
    if (r.has_ts()) return r.ts_ns;
    if (as_wireshark && r.kind() == pcap::RecordKind::kSimplePacket) return 0;
  }
  return as_wireshark ? 0 : otherwise;
}

FrameMeta Capture::meta(uint32_t number) const {
  pcap::PacketRecord r = frames_.at(number);
  FrameMeta m;
  m.number = number;
  m.caplen = r.caplen;
  m.len = r.len;
  m.ts_ns = r.ts_ns;
  m.has_ts = r.has_ts();
  m.first_ts = frames_.ts(first_timed_);
  m.prev_ts = m.prev_displayed_ts = number > 1 && m.has_ts ? counted_from(number - 1, r.ts_ns) : r.ts_ns;
  const pcap::PacketEdit* e = edit(number);
  m.has_comments = (r.flags & pcap::PacketRecord::kHasOptions) || (e && e->comments);
  if (r.iface != pcap::kNoInterface) {
    const pcap::Interface& i = file_->interfaces()[r.iface];
    m.iface = i.id_in_section;
    m.linktype = i.linktype;
    m.ts_digits = digits_of(i.tsresol_raw);
    m.encap = encap_of_linktype(i.linktype);
    m.has_iface = pcapng_;
  } else {
    m.linktype = 0xffff;
    m.encap = 0;
  }
  return m;
}

Buf Capture::bytes(uint32_t number) const {
  pcap::PacketRecord r = frames_.at(number);
  pcap::Span s = file_->packet_bytes(r);
  // a file that was shortened gives fewer bytes than it promised
  uint32_t cap = s.size() < r.caplen ? static_cast<uint32_t>(s.size()) : r.caplen;
  return Buf(s.data(), cap, r.len < cap ? cap : r.len);
}

const pcap::Interface* Capture::interface_of(uint32_t number) const {
  uint32_t i = frames_.at(number).iface;
  return i == pcap::kNoInterface ? nullptr : &file_->interfaces()[i];
}

// Index of the section a record lies in.
uint32_t Capture::section_of(const pcap::PacketRecord& r) const {
  if (r.iface != pcap::kNoInterface) return file_->interfaces()[r.iface].section;
  const auto& sections = file_->sections();
  uint32_t n = static_cast<uint32_t>(sections.size());
  while (n > 1 && sections[n - 1].offset > r.block_offset) n--;
  return n ? n - 1 : 0;
}

uint32_t Capture::section(uint32_t number) const { return pcapng_ ? section_of(frames_.at(number)) + 1 : 0; }

namespace {

// The flow id of our option: magic, 8 bytes little-endian; 0 where there is none.
uint64_t flow_of(const pcap::PacketOptions& options) {
  constexpr std::string_view kMagic = Identities::kFlowMagic;
  for (const pcap::CustomOption& o : options.custom) {
    if (o.pen != pcap::kOurEnterpriseNumber || o.text || o.data.size() != kMagic.size() + 8) continue;
    if (std::memcmp(o.data.data(), kMagic.data(), kMagic.size()) != 0) continue;
    uint64_t id = 0;
    for (size_t i = 8; i-- > 0;) id = id << 8 | o.data[kMagic.size() + i];
    return id;
  }
  return 0;
}

}  // namespace

FrameOptions Capture::options(uint32_t number) const {
  FrameOptions out;
  pcap::PacketRecord r = frames_.at(number);
  const pcap::PacketEdit* e = edit(number);
  out.marked = e && e->marked.value_or(false);
  if (!pcapng_ || !(r.flags & pcap::PacketRecord::kHasOptions) || r.kind() == pcap::RecordKind::kCustom) return out;
  pcap::PacketOptions o = file_->packet_options(r);
  out.flags = o.flags;
  out.dropcount = o.dropcount;
  out.packet_id = o.packetid;
  out.queue = o.queue;
  out.flow = flow_of(o);
  if (!e || !e->marked) out.marked = std::any_of(o.custom.begin(), o.custom.end(), pcap::IsMark);
  for (const pcap::Verdict& v : o.verdicts)
    out.verdicts.push_back({v.type, {reinterpret_cast<const char*>(v.data.data()), v.data.size()},
                            (r.flags & pcap::PacketRecord::kBigEndian) != 0});
  return out;
}

std::optional<CustomFrame> Capture::custom_block(uint32_t number) const {
  constexpr uint32_t kMayBeCopied = 0x00000bad;  // block type; 0x40000bad must not be
  pcap::PacketRecord r = frames_.at(number);
  if (r.kind() != pcap::RecordKind::kCustom) return {};
  pcap::Span head = file_->bytes(r.block_offset, 12);
  if (head.empty()) return {};
  auto word = [&](size_t at) {
    uint32_t v = 0;
    for (size_t i = 0; i < 4; i++)
      v = v << 8 | head[at + (r.flags & pcap::PacketRecord::kBigEndian ? i : 3 - i)];
    return v;
  };
  return CustomFrame{word(8), word(0) == kMayBeCopied};
}

std::string_view Capture::interface_name(uint32_t number) const {
  const pcap::Interface* i = interface_of(number);
  if (!i) return {};
  // Wireshark's order where a name is missing
  if (i->has_name) return i->name;
  if (i->has_description) return i->description;
  if (!i->hardware.empty()) return i->hardware;
  return "unknown";
}

std::string_view Capture::interface_description(uint32_t number) const {
  const pcap::Interface* i = interface_of(number);
  return i && i->has_description ? std::string_view(i->description) : std::string_view();
}

std::vector<std::string> Capture::comments(uint32_t number) const {
  if (const pcap::PacketEdit* e = edit(number); e && e->comments) return *e->comments;
  std::vector<std::string> out;
  pcap::PacketOptions o = file_->packet_options(frames_.at(number));
  for (std::string_view c : o.comments) out.emplace_back(c);
  return out;
}

void Capture::set_edit(uint32_t number, pcap::PacketEdit e) {
  edits_made_++;
  if (e.comments || e.marked) edits_[number] = std::move(e);
  else edits_.erase(number);
}

bool Capture::marked(uint32_t number) const {
  const pcap::PacketEdit* e = edit(number);
  return e && e->marked ? *e->marked : marked_in_file(number);
}

bool Capture::marked_in_file(uint32_t number) const {
  pcap::PacketRecord r = frames_.at(number);
  if (!(r.flags & pcap::PacketRecord::kHasOptions)) return false;
  for (const pcap::CustomOption& o : file_->packet_options(r).custom)
    if (pcap::IsMark(o)) return true;
  return false;
}

}  // namespace strato
