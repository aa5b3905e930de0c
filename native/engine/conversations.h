// Every TCP connection and UDP conversation of a capture once: who its ends were when it began, and whether it got an
// answer. JSON of src/contract/conversations.ts.
#pragma once
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/capture.h"
#include "engine/json_writer.h"

namespace strato {

class Conversations {
 public:
  explicit Conversations(const Capture& c) : capture_(c) {}
  /// A packet as it was dissected up to TCP and UDP, in order of the file.
  void add(const Ctx& c);
  /// `whole`: every packet of the file was added.
  void write(JsonWriter& j, uint32_t packets, bool whole) const;

  /// Rows kept; what is more is counted.
  static constexpr size_t kMost = 200000;

 private:
  /// What is known of an address: see CapturedEnd in the contract.
  enum class Known : uint8_t { Nothing, Pod, Guessed, Unlabelled, Rewritten, Service, Node };
  struct End {
    Address address;
    uint16_t port = 0;
    Known known = Known::Nothing;
    uint32_t object = 0;  // of pods_ (Pod) or nodes_ (Node)
    std::string_view ns, name;
  };
  struct Row {
    uint32_t stream = 0, frame = 0;
    int64_t ts = 0;
    uint32_t packets[2] = {};
    uint8_t seen[2] = {};  // by direction: bits of what was sent
    bool tcp = false, error = false;
    int8_t opener = -1;    // direction of who opened it
    End end[2];
  };
  using Pod = std::pair<const KubeObject*, const KubeObject*>;  // and its namespace, nullptr not in the file

  void begin(Row& row, const Ctx& c);
  void know(End& end, const KubeSide& side, int64_t ts);
  static void note_flags(Row& row, int direction, uint16_t flags);
  static const char* outcome(const Row& row);
  void write_pods(JsonWriter& j) const;
  void write_policies(JsonWriter& j) const;
  static void write_end(const End& end, JsonWriter& j);

  const Capture& capture_;
  static constexpr uint32_t kLeftOut = UINT32_MAX;
  std::vector<uint32_t> row_of_;  // by Flow::id: index in rows_ + 1, 0 none
  std::vector<Row> rows_;
  std::vector<Pod> pods_;
  std::map<Pod, uint32_t> pod_index_;
  std::vector<const KubeObject*> nodes_;
  std::map<const KubeObject*, uint32_t> node_index_;
  size_t omitted_ = 0;
};

}  // namespace strato
