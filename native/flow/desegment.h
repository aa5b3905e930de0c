// Desegmentation of a byte stream: hands a dissector its PDUs whole, from as many segments as they take, when it asks
// for that (Ctx::desegment_offset / desegment_len). What was decided in the first pass is recorded per packet and
// replayed later.
#pragma once
#include "flow/stream_pdus.h"
#include "packet/context.h"

namespace strato {

/// How the owner of the stream names and shows things.
struct SegmentNames {
  const Protocol& proto;
  const FieldDef &segments, &segment, &count, &reassembled_in, &length, &data, &segment_data;
  const FieldDef &overlap, &conflict;
  const char* layer;        // "TCP"
  const char* in_label;     // label of reassembled_in
};

/// One part of a segment's payload, as the first pass dealt with it.
struct SegmentStep {
  enum Kind : uint8_t { kDirect, kMember, kComplete, kOverlap };
  uint32_t off : 29, kind : 2, more : 1;  // in the payload; Kind; another step follows
  uint32_t len;
  uint32_t pdu;        // StreamPdus index, kNone
  uint32_t asked;      // kDirect and kComplete: PDU started with what was left over
};

class Desegmenter {
 public:
  /// nth: of the owner's record; root: where what is above the stream goes; own: the owner's node.
  Desegmenter(Ctx& c, StreamPdus& pdus, const SegmentNames& n, uint16_t nth, Item root, Item own)
      : c_(c), pdus_(pdus), n_(n), nth_(nth), root_(root), own_(own) {}
  virtual ~Desegmenter() = default;

  /// Deals with a segment's payload (may be empty with fin). Afterwards called() tells whether anything was dissected.
  void run(const Buf& payload, uint32_t seq, bool fin);

  /// A segment of a hostile capture could otherwise hold one tiny PDU end after the other.
  static constexpr uint32_t kMaxSteps = 100;
  /// Segments of one PDU up to which the dissector is asked with each (it copies all bytes again); beyond that only
  /// when it got what it said it needs.
  static constexpr uint32_t kMaxTries = 2000;

 protected:
  /// Hands b (first byte has sequence number seq) to the protocols above. false: that went wrong (and was shown),
  /// the rest of the segment is not looked at.
  virtual bool dissect(Buf b, uint32_t seq, bool reassembled) = 0;
  /// The columns of a segment that starts or continues something unfinished.
  virtual void name_unfinished(const StreamPdu* pdu);

 private:
  void first(const Buf& b, uint32_t seq, bool fin);
  void replay(const Buf& b, uint32_t seq);
  void note(SegmentStep s);
  void direct(const Buf& b, uint32_t seq, SegmentStep& s);
  bool worth_trying(const StreamPdu& p, uint32_t have) const;
  bool member(const Buf& b, uint32_t seq, SegmentStep& s, bool fin);
  void finish(const Buf& b, uint32_t seq, SegmentStep& s);
  uint32_t start_pdu(const Buf& b, uint32_t off, uint32_t seq);
  void call(Buf b, uint32_t seq, bool reassembled);
  void show_unfinished(const Buf& b, uint32_t off, uint32_t pdu, bool nothing);
  void show_reassembled(const StreamPdu& p, const Buf& whole);
  void show_last(const Buf& b, const SegmentStep& s);
  void show_overlap();

  Ctx& c_;
  StreamPdus& pdus_;
  const SegmentNames& n_;
  uint16_t nth_;
  Item root_, own_;
  uint32_t steps_ = 0, calls_ = 0;
  bool failed_ = false;
};

}  // namespace strato
