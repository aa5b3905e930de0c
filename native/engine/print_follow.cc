#include "engine/print_follow.h"

#include "base/parts.h"

namespace strato {
namespace {

constexpr std::string_view kLine = "===================================================================\n";
constexpr size_t kChunk = 1 << 18;  // bytes collected before they are written

const char* format_name(FollowRequest::Format f) {
  switch (f) {
    case FollowRequest::Format::Ascii: return "ascii";
    case FollowRequest::Format::Hex: return "hex";
    case FollowRequest::Format::Raw: return "raw";
    case FollowRequest::Format::Ebcdic: return "ebcdic";
  }
  return "";
}

// EBCDIC code page 037 to ASCII; 0 where that has nothing printable.
char from_ebcdic(uint8_t b) {
  static constexpr struct { uint8_t first, count; char to; } kRuns[] = {
      {0x81, 9, 'a'}, {0x91, 9, 'j'}, {0xa2, 8, 's'}, {0xc1, 9, 'A'}, {0xd1, 9, 'J'}, {0xe2, 8, 'S'}, {0xf0, 10, '0'}};
  for (const auto& r : kRuns)
    if (b >= r.first && b < r.first + r.count) return static_cast<char>(r.to + (b - r.first));
  static constexpr struct { uint8_t from; char to; } kSigns[] = {
      {0x05, '\t'}, {0x0d, '\r'}, {0x25, '\n'}, {0x40, ' '}, {0x4b, '.'}, {0x4c, '<'}, {0x4d, '('}, {0x4e, '+'},
      {0x4f, '|'}, {0x50, '&'}, {0x5a, '!'}, {0x5b, '$'}, {0x5c, '*'}, {0x5d, ')'}, {0x5e, ';'}, {0x60, '-'},
      {0x61, '/'}, {0x6b, ','}, {0x6c, '%'}, {0x6d, '_'}, {0x6e, '>'}, {0x6f, '?'}, {0x79, '`'}, {0x7a, ':'},
      {0x7b, '#'}, {0x7c, '@'}, {0x7d, '\''}, {0x7e, '='}, {0x7f, '"'}, {0xa1, '~'}, {0xb0, '^'}, {0xba, '['},
      {0xbb, ']'}, {0xc0, '{'}, {0xd0, '}'}, {0xe0, '\\'}};
  for (const auto& s : kSigns)
    if (b == s.from) return s.to;
  return 0;
}

char shown(char ch) {
  auto b = static_cast<uint8_t>(ch);
  return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\r' ? ch : '.';
}

class Printer {
 public:
  Printer(Capture& c, const FollowRequest& r, Sink& sink)
      : request_(r), sink_(sink), stream_(c, r.layer, r.stream, false) {}

  bool print() {
    while (stream_.found() && stream_.step(1024)) {}
    const Flow* f = has_pieces() ? stream_.flow() : nullptr;
    out_ << '\n' << kLine << "Follow: " << follow_layer_name(request_.layer) << ',' << format_name(request_.format);
    out_ << "\nFilter: " << follow_filter(request_.layer, request_.stream) << "\nNode 0: ";
    // tshark calls the side node 0 that a stream's first piece is from; of the transports that is who opened it
    if (request_.layer == FollowLayer::Http && !stream_.segments().empty()) node_0_ = stream_.segments().front().direction;
    print_follow_node(f, node_0_, out_);
    out_ << "\nNode 1: ";
    print_follow_node(f, 1 - node_0_, out_);
    out_ << '\n';
    uint32_t number = 0;
    for (const FollowSegment& s : stream_.segments()) {
      if (++number < request_.first) continue;
      if (number > request_.last) break;
      if (!print(s)) return false;
    }
    out_ << kLine;
    if (stream_.truncated()) sink_.warn("The stream has more pieces than are kept: what follows the first 4,194,304 is not shown.");
    return flush(true);
  }

 private:
  bool has_pieces() const {
    return stream_.found() && (request_.layer == FollowLayer::Tcp || request_.layer == FollowLayer::Udp || !stream_.segments().empty());
  }

  bool print(const FollowSegment& s) {
    bytes_.clear();
    // a gap is shown by words in place of its bytes, ended by a NUL
    if (s.missing) bytes_.append("[" + std::to_string(s.len) + " bytes missing in capture file]").push_back('\0');
    else stream_.read(s, 0, s.len, bytes_);
    const int node = s.direction ^ node_0_;
    const char* tab = node ? "\t" : "";
    switch (request_.format) {
      case FollowRequest::Format::Hex: hex(node); break;
      case FollowRequest::Format::Raw:
        out_ << tab;
        for (char ch : bytes_) out_.hex(static_cast<uint8_t>(ch), 2);
        out_ << '\n';
        break;
      default:
        out_ << tab << bytes_.size() << '\n';
        for (char ch : bytes_)
          out_ << shown(request_.format == FollowRequest::Format::Ascii ? ch : from_ebcdic(static_cast<uint8_t>(ch)));
        out_ << '\n';
    }
    return flush(false);
  }

  void hex(int direction) {
    for (size_t at = 0; at < bytes_.size(); at += 16) {
      if (direction) out_ << '\t';
      out_.fmt("%08X  ", static_cast<unsigned>(shown_[direction] + at));
      for (size_t i = 0; i < 16; i++) {
        if (at + i < bytes_.size()) out_.hex(static_cast<uint8_t>(bytes_[at + i]), 2) << ' ';
        else out_ << "   ";
        if (i == 7) out_ << ' ';
      }
      out_ << ' ';
      for (size_t i = 0; i < 16 && at + i < bytes_.size(); i++) {
        auto b = static_cast<uint8_t>(bytes_[at + i]);
        out_ << (b >= 0x20 && b < 0x7f ? static_cast<char>(b) : '.');
        if (i == 7) out_ << ' ';
      }
      if (out_.view().back() == ' ') out_.resize(out_.size() - 1);  // one blank at a line's end is left out, as tshark does
      out_ << '\n';
    }
    shown_[direction] += bytes_.size();
  }

  bool flush(bool force) {
    if (out_.size() < kChunk && !force) return true;
    bool ok = sink_.write(out_.view());
    out_.clear();
    return ok;
  }

  const FollowRequest& request_;
  Sink& sink_;
  FollowStream stream_;
  Text out_;
  std::string bytes_;
  uint64_t shown_[2] = {};
  int node_0_ = 0;  // its direction
};

bool parse_range(std::string_view text, FollowRequest* r) {
  if (text.empty()) return true;
  size_t dash = text.find('-');
  if (!whole_number(text.substr(0, dash), &r->first) || r->first == 0) return false;
  r->last = r->first;
  return dash == text.npos || (whole_number(text.substr(dash + 1), &r->last) && r->last >= r->first);
}

}  // namespace

bool parse_follow(std::string_view text, FollowRequest* out, std::string* error) {
  std::string_view rest = text, name = next_part(&rest, ','), layer = next_part(&rest, ','), format = next_part(&rest, ','),
                   stream = next_part(&rest, ',');
  using Format = FollowRequest::Format;
  bool known = false;
  for (Format f : {Format::Ascii, Format::Hex, Format::Raw, Format::Ebcdic})
    if (format == format_name(f)) out->format = f, known = true;
  if (name == "follow" && follow_layer(layer, &out->layer) && known && whole_number(stream, &out->stream) && parse_range(rest, out))
    return true;
  *error = "-z \"" + std::string(text) +
           "\" is not understood: use follow,tcp|udp|http|tls,ascii|hex|raw|ebcdic,STREAM[,FIRST-LAST].";
  return false;
}

bool print_follow(Capture& c, const FollowRequest& r, Sink& sink) { return Printer(c, r, sink).print(); }

}  // namespace strato
