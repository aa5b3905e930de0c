// What a filter will say of a packet, from what is known without dissecting it: the protocols in it and its TCP flags.
// Tests that depend on nothing else are run once per combination, on the first packet that has it.
#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "filter/filter.h"

namespace strato::filter {

class Foresight {
 public:
  explicit Foresight(const Filter& f);

  /// True when all that the filter asks for is found without looking above TCP and UDP.
  bool shallow() const { return shallow_; }

  enum class Answer : uint8_t { No, Yes, Unknown, New };
  /// Of a packet by the key of what is known of it; New: learn() first, from a packet with this key.
  Answer answer(uint32_t key) const {
    if (key == last_key_) return last_;
    auto it = answers_.find(key);
    if (it == answers_.end()) return Answer::New;
    last_key_ = key;
    return last_ = it->second;
  }
  /// Of the protocols in the mask: nothing, that they are there, or also the flags of the one TCP header.
  enum class Known : uint8_t { Nothing, Protocols, Flags };
  /// c: a packet of that key, dissected with the filter's fields. mask: protocols of known place it may have.
  void learn(uint32_t key, ProtocolMask mask, Known present, const Ctx& c);

 private:
  struct Need {
    const FieldDef* field;
    bool only_exists;  // the test asks no more than whether a protocol is there
    bool tcp_flags;
  };
  Answer decide(const std::vector<int8_t>& tests) const;

  const Filter& filter_;
  bool shallow_ = true;
  std::vector<std::vector<Need>> needs_;  // by test
  std::unordered_map<uint32_t, Answer> answers_;
  mutable uint32_t last_key_ = 0xffffffffu;
  mutable Answer last_ = Answer::New;
};

}  // namespace strato::filter
