#include "live/ring.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <ctime>

#include "live/interfaces.h"

namespace strato::live {
namespace {

// A frame of segmentation offload has nearly 64 KiB, of BIG TCP as Cilium sets it 192 KiB: blocks grow with the ring to hold
// such whole, and several, for what is left of a block is lost. But where little passes, a block lasts for kBlockTimeoutMs
// only, however large it is: many of them outlast a reader that is kept waiting.
constexpr uint64_t kLeastBlock = 64 << 10, kUsualBlock = 128 << 10, kMostBlock = 256 << 10;
constexpr uint64_t kBlocksAimed = 64, kBlocksLeast = 32;
constexpr uint32_t kFrameSize = 2048;  // TPACKET_V3 packs packets tightly; the kernel only wants a divisor of the block

constexpr size_t kCacheLine = 64, kFetched = 4 * kCacheLine;  // headers of the ring and of the packet

static_assert(sizeof(Instruction) == sizeof(sock_filter));

template <typename Value>
bool set_option(int socket, int level, int name, const Value& value) {
  return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

bool attach(int socket, const Program& p) {
  sock_fprog program{};
  program.len = static_cast<unsigned short>(p.size());
  program.filter = reinterpret_cast<sock_filter*>(const_cast<Instruction*>(p.data()));
  return set_option(socket, SOL_SOCKET, SO_ATTACH_FILTER, program);
}

int64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

const sockaddr_ll& link_of(const tpacket3_hdr* h) {
  return *reinterpret_cast<const sockaddr_ll*>(reinterpret_cast<const uint8_t*>(h) + TPACKET_ALIGN(sizeof *h));
}

std::atomic_ref<uint32_t> status_of(uint8_t* block) {
  return std::atomic_ref<uint32_t>(reinterpret_cast<tpacket_block_desc*>(block)->hdr.bh1.block_status);
}

}  // namespace

std::unique_ptr<Ring> Ring::open(const RingOptions& o, OpenError* error) {
  auto fail = [&](OpenError::Kind kind, const std::string& text) {
    *error = {kind, text};
    return nullptr;
  };
  std::unique_ptr<Ring> ring(new Ring);
  // Protocol 0: nothing arrives before bind() below, when the filter is already in force.
  ring->socket_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (ring->socket_ < 0) {
    const bool refused = errno == EPERM || errno == EACCES;
    return fail(refused ? OpenError::kNotAllowed : OpenError::kOther, "No packet socket could be opened: " + errno_text(errno) + ".");
  }
  std::string why;
  if (!ring->map(o, &why)) return fail(OpenError::kOther, why);
  if (!attach(ring->socket_, o.filter))
    return fail(OpenError::kFilter, "The kernel refused the capture filter (" + errno_text(errno) + "): make it shorter.");
  ring->interface_index_ = o.interface_index;
  if (o.promiscuous && o.interface_index != 0) {
    packet_mreq request{};
    request.mr_ifindex = static_cast<int>(o.interface_index);
    request.mr_type = PACKET_MR_PROMISC;
    if (!set_option(ring->socket_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request))
      return fail(OpenError::kInterface, "The interface does not go promiscuous: " + errno_text(errno) + ".");
  }
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(o.interface_index);
  if (bind(ring->socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(OpenError::kInterface, "The interface cannot be captured on: " + errno_text(errno) + ".");
  return ring;
}

bool Ring::map(const RingOptions& o, std::string* error) {
  const int version = TPACKET_V3;
  if (!set_option(socket_, SOL_PACKET, PACKET_VERSION, version)) {
    *error = "The kernel has no TPACKET_V3 rings (" + errno_text(errno) + "): Linux 3.2 or newer is needed.";
    return false;
  }
  block_size_ = static_cast<uint32_t>(std::clamp(std::bit_floor(std::max<uint64_t>(o.bytes / kBlocksAimed, 1)),
                                                 o.bytes / kUsualBlock >= kBlocksLeast ? kUsualBlock : kLeastBlock, kMostBlock));
  blocks_ = static_cast<uint32_t>(std::clamp<uint64_t>(o.bytes / block_size_, 2, 65536));
  tpacket_req3 request{};
  request.tp_block_size = block_size_;
  request.tp_block_nr = blocks_;
  request.tp_frame_size = kFrameSize;
  request.tp_frame_nr = blocks_ * (block_size_ / kFrameSize);
  request.tp_retire_blk_tov = kBlockTimeoutMs;
  const size_t size = static_cast<size_t>(blocks_) * block_size_;
  void* at = MAP_FAILED;
  if (set_option(socket_, SOL_PACKET, PACKET_RX_RING, request))
    at = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, socket_, 0);
  if (at == MAP_FAILED) {
    *error = "No ring of " + std::to_string(size >> 20) + " MiB could be had (" + errno_text(errno) +
             "): ask for a smaller one with -B or --buffer-size.";
    return false;
  }
  memory_ = static_cast<uint8_t*>(at);
  return true;
}

Ring::~Ring() {
  if (memory_) munmap(memory_, static_cast<size_t>(blocks_) * block_size_);
  if (socket_ >= 0) ::close(socket_);
}

bool Ring::open_block() {
  uint8_t* b = block(current_);
  if (!(status_of(b).load(std::memory_order_acquire) & TP_STATUS_USER)) return false;
  const auto& head = reinterpret_cast<const tpacket_block_desc*>(b)->hdr.bh1;
  const int64_t begins_ns = int64_t{head.ts_first_pkt.ts_sec} * 1000000000 + head.ts_first_pkt.ts_nsec;
  const int64_t ends_ns = int64_t{head.ts_last_pkt.ts_sec} * 1000000000 + head.ts_last_pkt.ts_nsec;
  // The kernel flags every block it closes from a loss on until the counters are read: the first block of these began when
  // there was room again.
  const bool flagged = head.block_status & TP_STATUS_LOSING;
  if (flagged && ends_ns >= statistics_at_ns_) read_statistics();
  if (counters_.lost != lost_told_ && (flagged || begins_ns >= lost_learned_ns_)) {
    lost_before_ = static_cast<uint32_t>(std::min<uint64_t>(counters_.lost - lost_told_, 0xffffffff));
    lost_told_ = counters_.lost;
  }
  left_ = head.num_pkts;
  next_ = reinterpret_cast<tpacket3_hdr*>(b + head.offset_to_first_pkt);
  if (left_ == 0) close_block();
  return true;
}

void Ring::close_block() {
  status_of(block(current_)).store(TP_STATUS_KERNEL, std::memory_order_release);
  current_ = (current_ + 1) % blocks_;
  next_ = nullptr;
}

bool Ring::peek(RingPacket* out) {
  while (left_ == 0)
    if (!open_block()) return false;
  const tpacket3_hdr* h = next_;
  const sockaddr_ll& link = link_of(h);
  if (left_ > 1) {
    // The next one is fetched while this one is written: the kernel has put it there by way of another cache.
    const uint8_t* following = reinterpret_cast<const uint8_t*>(h) + h->tp_next_offset;
    for (size_t at = 0; at < kFetched; at += kCacheLine) __builtin_prefetch(following + at);
  }
  out->ts_ns = static_cast<int64_t>(h->tp_sec) * 1000000000 + h->tp_nsec;
  out->len = h->tp_len;
  out->interface_index = static_cast<uint32_t>(link.sll_ifindex);
  out->hardware = link.sll_hatype;
  out->kind = link.sll_pkttype;
  out->has_tag = h->tp_status & TP_STATUS_VLAN_VALID;
  if (out->has_tag) {
    out->tag = static_cast<uint16_t>(h->hv1.tp_vlan_tci);
    out->tag_type = h->tp_status & TP_STATUS_VLAN_TPID_VALID ? h->hv1.tp_vlan_tpid : uint16_t{ETH_P_8021Q};
  }
  out->data = {reinterpret_cast<const uint8_t*>(h) + h->tp_mac, h->tp_snaplen};
  out->lost_before = lost_before_;
  return true;
}

void Ring::pop() {
  if (left_ == 0) return;
  lost_before_ = 0;
  if (--left_ == 0) {
    close_block();
  } else {
    next_ = reinterpret_cast<tpacket3_hdr*>(reinterpret_cast<uint8_t*>(next_) + next_->tp_next_offset);
  }
}

bool Ring::under_pressure() const {
  const uint32_t half = (current_ + blocks_ / 2) % blocks_;
  return status_of(block(half)).load(std::memory_order_relaxed) & TP_STATUS_USER;
}

bool Ring::refilter(const Program& filter) { return attach(socket_, filter); }

void Ring::refuse_more() { attach(socket_, program_for_none()); }

void Ring::read_statistics() {
  tpacket_stats_v3 s{};
  socklen_t size = sizeof s;
  if (getsockopt(socket_, SOL_PACKET, PACKET_STATISTICS, &s, &size) != 0) return;
  counters_.accepted += s.tp_packets;  // reading sets the kernel's to zero
  counters_.lost += s.tp_drops;
  statistics_at_ns_ = now_ns();
  if (s.tp_drops) lost_learned_ns_ = statistics_at_ns_;
}

Ring::Counters Ring::counters() {
  read_statistics();
  return counters_;
}

Ring::Health Ring::health() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (interface_index_ == 0 || error == 0) return Health::kGood;
  // The socket's own namespace is asked, which may not be the thread's.
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(interface_index_);
  return ioctl(socket_, SIOCGIFNAME, &request) == 0 ? Health::kDown : Health::kGone;
}

}  // namespace strato::live
