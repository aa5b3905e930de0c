// A filter over a capture: packets whose facts already say what comes out are not dissected, the others no further
// than the filter asks.
#pragma once
#include "engine/capture.h"
#include "filter/foresight.h"
#include "packet/field.h"

namespace strato {

class FactFilter {
 public:
  FactFilter(const filter::Filter& f, Capture& c) : filter_(f), capture_(c), foresight_(f), known_(c.identities_read()) {
    want_.tree = true;
    want_.fields = &f.fields();
    want_.shallow = foresight_.shallow();
    for (const FieldDef* d : f.field_list()) beside_ |= d->proto->place == Protocol::Place::Beside;
  }

  /// Identities that the filter asks for have come since the last call (or the beginning): earlier answers may be wrong.
  bool outdated() {
    const bool news = beside_ && known_ != capture_.identities_read();
    known_ = capture_.identities_read();
    return news;
  }
  /// It asks for identities.
  bool beside() const { return beside_; }

  /// Frames up to this one can be asked for.
  uint32_t ready() const { return want_.shallow ? capture_.scanned() : capture_.applied(); }

  /// Whether the frame matches. before: the one displayed before it, 0 none; *dissected: c holds its tree, as far as
  /// the filter asks.
  bool matches(Ctx& c, uint32_t number, uint32_t before, bool* dissected) {
    using Answer = filter::Foresight::Answer;
    const PacketFact& fact = capture_.facts().at(number);
    Answer a = foresight_.answer(fact.key());
    *dissected = a == Answer::Unknown || a == Answer::New;
    if (!*dissected) return a == Answer::Yes;
    want_.prev_displayed = before;
    capture_.dissect(c, number, want_);
    if (a == Answer::New) {
      ProtocolMask mask = capture_.facts().protocols(fact);
      using Known = filter::Foresight::Known;
      bool known = mask != PacketFacts::kEverything && !fact.damaged();
      foresight_.learn(fact.key(), mask, !known ? Known::Nothing : fact.one_tcp() ? Known::Flags : Known::Protocols, c);
    }
    return filter_.matches(c);
  }

 private:
  const filter::Filter& filter_;
  Capture& capture_;
  filter::Foresight foresight_;
  Capture::Want want_;
  uint32_t known_;
  bool beside_ = false;
};

}  // namespace strato
