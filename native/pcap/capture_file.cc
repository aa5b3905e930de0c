#include "pcap/capture_file.h"

#include <utility>

#include "pcap/endian.h"
#include "pcap/file_map.h"
#include "pcap/format_reader.h"
#include "pcap/open_source.h"
#include "pcap/option_reader.h"
#include "pcap/pcap_reader.h"
#include "pcap/pcapng_format.h"
#include "pcap/pcapng_reader.h"
#include "pcap/snoop_reader.h"

namespace strato::pcap {
namespace {

std::unique_ptr<FormatReader> MakeReader(Span file, FileState& state) {
  if (IsPcap(file)) return std::make_unique<PcapReader>(state);
  if (IsPcapng(file)) return std::make_unique<PcapngReader>(state);
  if (IsSnoop(file)) return std::make_unique<SnoopReader>(state);
  return nullptr;
}

}  // namespace

CaptureFile::CaptureFile() : state_(std::make_unique<FileState>()) {}
CaptureFile::~CaptureFile() = default;

std::unique_ptr<CaptureFile> CaptureFile::open(const std::string& path, const OpenOptions& options, std::string* error,
                                               OpenFailure* why) {
  OpenFailure ignored;
  if (!why) why = &ignored;
  *why = OpenFailure::kNone;
  Source source;
  if (!OpenSource(path, options, &source, error, why)) return nullptr;

  std::unique_ptr<CaptureFile> file(new CaptureFile);
  file->map_ = std::move(source.map);
  file->unpack_problem_ = std::move(source.unpack_problem);
  file->can_grow_ = source.can_grow;
  file->state_->refuse_unknown_link_types = options.refuse_unknown_link_types;
  file->state_->custom_blocks_are_records = options.custom_blocks_are_records;
  const Span view = file->map_->view();
  file->reader_ = MakeReader(view, *file->state_);
  if (!file->reader_) {
    *error = path + " is not a capture file: " + GuessContent(view) + ".";
    *why = OpenFailure::kNotACapture;
    return nullptr;
  }
  if (file->reader_->Start(view, error) == FormatReader::Started::kUnsupported) {
    *why = OpenFailure::kUnsupported;
    return nullptr;
  }
  file->kind_ = file->reader_->Kind();
  if (source.packing != Packing::kNone) file->kind_ += std::string(" (") + PackingName(source.packing) + ")";
  return file;
}

uint64_t CaptureFile::size() const { return map_->view().size(); }
uint64_t CaptureFile::position() const { return state_->position; }
const Damage* CaptureFile::damage() const { return state_->damage.load(std::memory_order_acquire); }
const StableList<Interface>& CaptureFile::interfaces() const { return state_->interfaces; }
const StableList<Section>& CaptureFile::sections() const { return state_->sections; }
const StableList<Note>& CaptureFile::notes() const { return state_->notes; }

Span CaptureFile::bytes(uint64_t offset, uint64_t n) const {
  const Span view = map_->view();
  if (offset > view.size() || n > view.size() - offset) return {};
  return view.subspan(static_cast<size_t>(offset), static_cast<size_t>(n));
}

size_t CaptureFile::next(PacketRecord* out, size_t max) {
  FileState& state = *state_;
  if (max == 0 || damage()) return 0;
  if (map_->Shortened()) {
    state.SetDamage({.offset = state.position,
                     .message = "The file was shortened while it was open: reopen it to see what is left.",
                     .cut_off = false});
    return 0;
  }
  const Span view = map_->view();
  const size_t n = reader_->Next(view, out, max);
  state.records += n;
  map_->ReadUpTo(state.position);
  const bool at_end = damage() ? damage()->cut_off : n < max && state.position >= view.size();
  if (at_end && !unpack_problem_.empty()) {
    state.SetDamage({.offset = state.position,
                     .message = "The compressed file is not whole: " + unpack_problem_ + "; the " +
                                std::to_string(state.records) + " packets before that are kept.",
                     .cut_off = true});
  }
  return n;
}

bool CaptureFile::refresh() {
  if (!map_->Grow()) return false;
  if (damage() && damage()->cut_off) state_->damage.store(nullptr, std::memory_order_release);
  return damage() == nullptr;
}

bool CaptureFile::changed_on_disk() const { return map_->Shortened() || map_->Replaced(); }

PacketOptions CaptureFile::packet_options(const PacketRecord& r) const {
  PacketOptions options;
  const bool big = r.flags & PacketRecord::kBigEndian;
  if (r.kind() == RecordKind::kPacket && kind_.compare(0, 5, "snoop") == 0) {
    const Span drops = bytes(r.block_offset + 12, 4);
    if (!drops.empty()) options.dropcount = Load32(drops.data(), big);
    return options;
  }
  if (!(r.flags & PacketRecord::kHasOptions)) return options;
  const Span head = bytes(r.block_offset, kMinPacket - 4);
  if (head.empty()) return options;
  if (r.kind() == RecordKind::kObsoletePacket) {
    const uint16_t drops = Load16(head.data() + 10, big);
    if (drops != 0xffff) options.dropcount = drops;  // 0xffff: not known
  }
  const uint64_t length = (Load32(head.data() + 4, big) + uint64_t{3}) & ~uint64_t{3};
  const uint64_t cap = (Load32(head.data() + 20, big) + uint64_t{3}) & ~uint64_t{3};
  if (length >= kMinPacket + cap) ReadPacketOptions(bytes(r.block_offset + 28 + cap, length - kMinPacket - cap), big, &options);
  return options;
}

}  // namespace strato::pcap
