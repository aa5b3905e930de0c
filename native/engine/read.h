// The reading half of the command line: `stratoshark -r FILE …` with tshark's options.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/capture_writer.h"
#include "engine/columns.h"
#include "engine/print_follow.h"
#include "engine/sink.h"
#include "packet/session.h"

namespace strato {

struct ReadOptions {
  std::string file;
  std::string filter;                  // -Y
  enum class Format { Text, Fields, Json } format = Format::Text;
  std::vector<std::string> fields;     // -e
  char separator = '\t', occurrence = 'a', quote = 0;
  std::string aggregator = ",";
  bool header = false;
  bool details = false, hex = false;   // -V, -x
  bool quiet = false;                  // -q: read and index, print nothing
  bool two_pass = false;               // -2
  WriteOptions write;                  // -w: displayed packets go there; they are printed as well unless quiet
  uint32_t count = 0;                  // -c: read no more than that; 0 = all
  std::vector<std::string> taps;       // -z: follow,…
  TimeFormat time = TimeFormat::Relative;
  Settings settings;
  uint64_t unpack_limit = 0;           // bytes a compressed file may unpack to, 0 the usual
};

/// Exit status: 0 whole, 2 damaged (the packets before the damage are printed; none where the file is empty or no
/// capture at all), 64 usage, 1 other failure (a file that cannot be opened).
int read_capture(const ReadOptions& o, Sink& sink);

/// The same on a file that grows: prints what was added since the last step.
class FollowReader {
 public:
  /// nullptr: the reason went to the sink, and *status is the exit status. The sink must live as long.
  static std::unique_ptr<FollowReader> open(const ReadOptions& o, Sink& sink, int* status);
  ~FollowReader();
  /// False when nobody reads the output any more.
  bool step();
  /// Last; exit status as read_capture().
  int finish();

 private:
  FollowReader();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `filter match`: which frames each filter matches after two passes; writes JSON {"id": "1-5,7"}, "!" = rejected.
int match_filters(const std::string& file, const Settings& settings,
                  const std::vector<std::pair<std::string, std::string>>& filters, Sink& sink);

}  // namespace strato
