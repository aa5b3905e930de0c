// The one registry: protocols, fields by name, and the tables by which protocols attach themselves to a parent
// (the parent never names the child). Filled once at start by the generated list; read-only afterwards.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "packet/field.h"

namespace strato {

/// Children of a protocol by number: "ip.proto", "udp.port", "ethertype" …
class DissectorTable {
 public:
  void add(uint32_t value, const Protocol& p) {
    if (value < kDense) {
      if (dense_.size() <= value) dense_.resize(value + 1);
      dense_[value] = &p;
    } else {
      map_[value] = &p;
    }
  }
  const Protocol* find(uint32_t value) const {
    if (value < kDense) return value < dense_.size() ? dense_[value] : nullptr;
    auto i = map_.find(value);
    return i == map_.end() ? nullptr : i->second;
  }
  /// Whether p is the child for any number.
  bool holds(const Protocol& p) const;
  void remove(uint32_t value) {
    if (value < dense_.size()) dense_[value] = nullptr;
    map_.erase(value);
  }

 private:
  static constexpr uint32_t kDense = 65536;
  std::vector<const Protocol*> dense_;
  std::unordered_map<uint32_t, const Protocol*> map_;
};

/// Key of a text (a media type, an ALPN name) in a table by number.
constexpr uint32_t text_key(std::string_view text) {
  uint32_t h = 2166136261u;  // FNV-1a; the top bit keeps it out of the table's dense part
  for (char ch : text) h = (h ^ static_cast<uint8_t>(ch)) * 16777619u;
  return h | 0x80000000u;
}

struct Heuristic {
  const Protocol* proto;
  HeuristicFn fn;
  bool extra;  // ours beyond Wireshark's defaults: off under `-o defaults:wireshark`
};

class Registry {
 public:
  /// The process's registry, all protocols registered.
  static Registry& get();

  void add(Protocol& p);
  /// Table of that name, made on first use; the reference stays valid: keep it in a static of your file.
  DissectorTable& table(std::string_view name);
  /// Table of that name, nullptr when nobody made it.
  const DissectorTable* find_table(std::string_view name) const;
  std::vector<Heuristic>& heuristics(std::string_view name);
  void attach(std::string_view table_name, uint32_t value, const Protocol& p) { table(table_name).add(value, p); }
  /// As attach, for ports and such that Wireshark 4.0 does not have by default (off with `defaults:wireshark`).
  void attach_extra(std::string_view table_name, uint32_t value, const Protocol& p);
  void attach_heuristic(std::string_view name, const Protocol& p, HeuristicFn fn, bool extra = false) {
    heuristics(name).push_back({&p, fn, extra});
  }
  /// Another name for a protocol or field in the filter language ("ssl" → "tls"), with a deprecation warning.
  void alias(std::string_view old_name, std::string_view name);

  /// All definitions of that name (several share one name now and then), empty when unknown. Follows no alias.
  const std::vector<const FieldDef*>& find(std::string_view name) const;
  /// Full new name for a deprecated one ("ssl.handshake" → "tls.handshake"), "" when it is none.
  std::string unalias(std::string_view name) const;
  const Protocol* protocol(std::string_view filter) const;
  const std::vector<Protocol*>& protocols() const { return protocols_; }
  const std::vector<const FieldDef*>& fields() const { return fields_; }  // index = id

  /// Takes a frame through Pass::Transport without calling one protocol after the other; false: it is not of the kind
  /// that can be, and nothing was written. Leaves in the Ctx only what PacketFacts asks for.
  bool (*straight)(Ctx& c, const Buf& frame) = nullptr;

  struct ExtraEntry { std::string table; uint32_t value; const Protocol* proto; };
  /// Switches the extra attachments on or off.
  void use_extras(bool on);

 private:
  Registry() = default;
  std::vector<Protocol*> protocols_;
  uint8_t masked_ = 0;  // protocols of known place so far
  std::vector<const FieldDef*> fields_;
  std::unordered_map<std::string_view, std::vector<const FieldDef*>> by_name_;
  std::unordered_map<std::string, std::unique_ptr<DissectorTable>> tables_;
  std::unordered_map<std::string, std::unique_ptr<std::vector<Heuristic>>> heuristics_;
  std::unordered_map<std::string, std::string> aliases_;
  std::vector<ExtraEntry> extras_;
};

/// Generated (engine/generated_protocols.cc): calls register_NAME of every file in protocols/.
void register_all_protocols(Registry& r);

}  // namespace strato
