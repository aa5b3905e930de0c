// `-z follow,LAYER,FORMAT,STREAM[,RANGE]` of the command line, in the shape tshark prints it.
#pragma once
#include <string>
#include <vector>

#include "engine/follow.h"
#include "engine/sink.h"

namespace strato {

struct FollowRequest {
  FollowLayer layer = FollowLayer::Tcp;
  enum class Format { Ascii, Hex, Raw, Ebcdic } format = Format::Ascii;
  uint32_t stream = 0;
  uint32_t first = 1, last = 0xffffffff;  // pieces printed, counted from 1
};

/// Reads "follow,tcp,ascii,0"; false with one sentence in *error.
bool parse_follow(std::string_view text, FollowRequest* out, std::string* error);
/// The whole capture must have been scanned. False: the sink takes no more.
bool print_follow(Capture& c, const FollowRequest& r, Sink& sink);

}  // namespace strato
