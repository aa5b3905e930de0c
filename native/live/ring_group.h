// Several rings read as one: packets in the order of their times. One thread reads; any thread may wake it.
#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "live/ring.h"

namespace strato::live {

class RingGroup {
 public:
  RingGroup();
  ~RingGroup();
  RingGroup(const RingGroup&) = delete;
  RingGroup& operator=(const RingGroup&) = delete;

  /// Returns its number, from 0.
  size_t add(std::unique_ptr<Ring> ring);
  size_t size() const { return members_.size(); }
  /// Since its start, also of one that was retired.
  Ring::Counters counters(size_t n);
  /// False when its interface is gone.
  bool alive(size_t n) const { return members_[n].alive; }
  bool any_alive() const;

  /// The next packet and the ring it is from; false when there is none that is known to be the oldest. With several
  /// rings, one that is empty may still get an older packet: packets younger than Ring::kHandOverMs wait for it.
  bool peek(RingPacket* out, size_t* from);
  /// Packets that are younger wait in their rings, as long as these have room.
  void hold(uint32_t milliseconds) { hold_ns_ = int64_t{milliseconds} * 1000000; }
  /// Takes the packet that peek() showed.
  void pop(size_t from) { members_[from].ring->pop(); members_[from].has = false; }

  /// Waits for packets, wake() or the time; what happened to interfaces meanwhile is in events().
  void wait(int milliseconds);
  void wake();
  struct Event {
    size_t ring;
    Ring::Health health;
  };
  std::vector<Event> take_events();

  /// See Ring::refilter().
  bool refilter(size_t n, const Program& filter) { return members_[n].ring && members_[n].ring->refilter(filter); }
  /// Nothing new gets into this ring; what it holds is still read, then its memory is given back.
  void retire(size_t n);

  /// Nothing new gets into the rings; peek() then gives what they hold without waiting for an order among rings (of hold()
  /// it is not rid).
  void refuse_more();
  /// Gives their memory back; only counters() is to be asked from now on.
  void close();

 private:
  struct Member {
    std::unique_ptr<Ring> ring;
    bool alive = true;
    bool has = false;  // packet is its oldest
    int64_t retire_at_ns = 0;  // not 0: when nothing more can come
    Ring::Counters last;       // of a ring that is no more
    RingPacket packet;
    void free() {
      last = ring->counters();
      ring.reset();
    }
  };
  void free_retired();
  std::vector<Member> members_;
  std::vector<Event> events_;
  int wake_ = -1;
  bool closing_ = false;
  int64_t hold_ns_ = 0;
};

}  // namespace strato::live
