#include "engine/read.h"

#include <memory>

#include "engine/capture.h"
#include "engine/fact_filter.h"
#include "engine/json_writer.h"
#include "engine/print.h"
#include "filter/filter.h"

namespace strato {
namespace {

constexpr size_t kChunk = 1 << 18;  // bytes of output collected before they are written

struct Reader {
  Reader(Sink& to, const ReadOptions& options) : o(options), sink(to) {}

  const ReadOptions& o;
  Sink& sink;
  std::unique_ptr<Capture> capture;
  std::unique_ptr<filter::Filter> filter;
  std::unique_ptr<FactFilter> facts;  // with two passes
  FieldPrinter fields;
  FieldSet wanted;
  Text out;
  uint32_t displayed = 0, last_displayed = 0;
  std::unique_ptr<CaptureWriter> writer;
  std::unique_ptr<Ctx> context;
  uint32_t next = 1;
  std::vector<FollowRequest> taps;

  bool prepare();
  void start();
  int run();
  bool read_all();
  bool asks_names() const;
  int end();
  bool pass_over();
  bool show(Ctx& c, uint32_t number);
  void print(const Ctx& c);
  bool flush(bool force) {
    if (out.size() < kChunk && !force) return true;
    bool ok = out.empty() || sink.write(out.view());
    out.clear();
    return ok;
  }
};

bool Reader::prepare() {
  std::string error_of_tap;
  for (const std::string& t : o.taps) {
    if (parse_follow(t, &taps.emplace_back(), &error_of_tap)) continue;
    sink.warn(error_of_tap);
    return false;
  }
  for (const std::string& f : o.fields)
    if (!fields.add(f)) {
      sink.warn("\"" + f + "\" is no field or column: `stratoshark fields` lists what -e takes.");
      return false;
    }
  for (const std::string& rule : o.settings.decode_as)
    if (!DecodeAs::valid(rule))
      sink.warn("-d \"" + rule + "\" is left out: write TABLE==VALUE,PROTOCOL, such as tcp.port==8888,http, with a protocol that this table can be given.");
  fields.separator = o.separator;
  fields.occurrence = o.occurrence;
  fields.quote = o.quote;
  fields.aggregator = o.aggregator;
  fields.time = o.time;
  if (o.filter.empty()) return true;
  filter::Message error;
  std::vector<filter::Message> warnings;
  filter = filter::Filter::compile(o.filter, Registry::get(), &error, &warnings);
  if (!filter) {
    sink.warn("The filter is not valid: " + error.text);
    sink.warn("  " + o.filter);
    sink.warn("  " + std::string(error.start, ' ') + std::string(error.end > error.start ? error.end - error.start : 1, '^'));
    return false;
  }
  for (const filter::Message& w : warnings) sink.warn("Warning: " + w.text);
  return true;
}

void Reader::print(const Ctx& c) {
  if (o.format == ReadOptions::Format::Fields) {
    fields.print(c, out);
    return;
  }
  if (o.format == ReadOptions::Format::Json) {
    out << (displayed > 1 ? ",\n  {\n" : "  {\n");
    out << "    \"_index\": \"packets\",\n    \"_type\": \"doc\",\n    \"_score\": null,\n    \"_source\": {\n      \"layers\": {";
    if (!o.fields.empty()) {
      fields.print_json(c, out);
    } else {
      out << '\n';
      print_json(c, out);
    }
    out << "\n      }\n    }\n  }";
    return;
  }
  if (o.details) print_details(c, out);
  else if (!o.hex) print_row(c, o.time, out);
  if (o.hex) print_bytes(c, out);
}

bool Reader::show(Ctx& c, uint32_t number) {
  Capture::Want w;
  bool all = o.details || (o.format == ReadOptions::Format::Json && o.fields.empty());
  bool fields_only = o.format != ReadOptions::Format::Text && !o.fields.empty();
  w.columns = !o.quiet && (fields_only ? fields.wants_columns() : !o.details || o.hex);
  w.tree = all || fields_only || filter;
  w.fields = all ? nullptr : &wanted;
  w.prev_displayed = last_displayed;
  bool dissected = false;
  if (facts && !facts->matches(c, number, last_displayed, &dissected)) return true;
  capture->dissect(c, number, w);
  if (filter && !facts && !filter->matches(c)) return true;
  displayed++;
  last_displayed = number;
  if (!o.quiet) print(c);
  return flush(false) && (!writer || writer->add(number));
}

bool Reader::asks_names() const {
  if (o.details || (o.format == ReadOptions::Format::Json && o.fields.empty())) return true;
  for (const FieldDef* f : Registry::get().fields())
    if (f->proto->place == Protocol::Place::Beside && wanted.has(*f)) return true;
  return false;
}

// Frames nobody looks at: analysed only, or copied as they are.
bool Reader::pass_over() {
  if (!writer) capture->scan_transport_to(capture->size());  // conversations and their analysis: no one asks for more
  for (; next <= capture->size(); next++)
    if (writer && !writer->add(next)) return false;
  return true;
}

// Every frame there is (by now) to be shown; false when the output takes no more.
bool Reader::read_all() {
  const uint32_t limit = o.count ? o.count : 0xfffffffe;
  const auto more = [&](uint32_t n) { return capture->read_more(std::min(n, limit - capture->size())); };
  if (o.two_pass) {
    while (capture->size() < limit && capture->read_on(limit - capture->size())) {}
    capture->scan_to(capture->size());
    if (filter) facts = std::make_unique<FactFilter>(*filter, *capture);
  }
  // names stand behind the packets as well: where a file begins with some, it is read to its end first
  if (!o.two_pass && next == 1 && more(1024) && capture->identities_read() && asks_names())
    while (capture->size() < limit && more(4096)) {}
  bool nothing_to_show = o.quiet && !filter;
  for (;;) {
    if (next > capture->size() &&
        (capture->size() >= limit || !capture->read_more(std::min<uint32_t>(256, limit - capture->size()))))
      return true;
    if (!(nothing_to_show ? pass_over() : show(*context, next++))) return false;
  }
}

// What stands before the first packet.
void Reader::start() {
  context = std::make_unique<Ctx>(capture->session(), Registry::get());
  for (const FieldDef* f : Registry::get().fields())
    if (fields.wanted().has(*f) || (filter && filter->fields().has(*f))) wanted.add(*f);
  if (!o.quiet && o.format == ReadOptions::Format::Fields && o.header) fields.header(out);
  if (!o.quiet && o.format == ReadOptions::Format::Json) out << "[\n";
}

int Reader::run() {
  start();
  bool good = (!writer || writer->begin()) && read_all() && (!writer || writer->end());
  if (!good) {
    if (!writer || writer->reader_gone()) return 0;  // whoever read our output is gone (a pipe into head): no error
    sink.warn(writer->problem());
    return 1;
  }
  return end();
}

int Reader::end() {
  if (!o.quiet && o.format == ReadOptions::Format::Json) out << "\n]\n";
  flush(true);
  // tshark prints the last one asked for first
  if (!taps.empty()) capture->scan_to(capture->size());
  for (auto t = taps.rbegin(); t != taps.rend(); ++t)
    if (!print_follow(*capture, *t, sink)) return 0;
  if (writer)
    for (const std::string& line : writer->lost()) sink.warn(line);
  const pcap::Damage* d = capture->file().damage();
  if (!d || (o.count && capture->size() >= o.count)) return 0;
  sink.warn(d->message);
  return 2;
}

// What is wrong with the bytes of a file that could be read is damage, from its first byte on in these cases.
int status_of(pcap::OpenFailure why) {
  using enum pcap::OpenFailure;
  return why == kEmpty || why == kNotACapture || why == kUnsupported ? 2 : 1;
}

std::unique_ptr<Capture> open_capture(const ReadOptions& o, std::string* error, pcap::OpenFailure* why) {
  pcap::OpenOptions open;
  open.unpack_limit = o.unpack_limit;
  return Capture::open(o.file, o.settings, open, error, why);
}

}  // namespace

int read_capture(const ReadOptions& o, Sink& sink) {
  Reader r{sink, o};
  std::string error;
  pcap::OpenFailure why;
  if (!r.prepare()) return 64;
  r.capture = open_capture(o, &error, &why);
  if (!r.capture) {
    sink.warn(error);
    return status_of(why);
  }
  if (o.write.fd >= 0) r.writer = std::make_unique<CaptureWriter>(*r.capture, o.write);
  return r.run();
}

struct FollowReader::Impl {
  ReadOptions options;
  Sink& sink;
  Reader reader{sink, options};
};

FollowReader::FollowReader() = default;
FollowReader::~FollowReader() = default;

std::unique_ptr<FollowReader> FollowReader::open(const ReadOptions& o, Sink& sink, int* status) {
  std::unique_ptr<FollowReader> f(new FollowReader);
  f->impl_.reset(new Impl{o, sink});
  Reader& r = f->impl_->reader;
  std::string error;
  *status = 64;
  if (!r.prepare()) return nullptr;
  *status = 1;
  r.capture = Capture::open(o.file, o.settings, {}, &error);
  if (r.capture) r.start();
  else sink.warn(error);
  return r.capture ? std::move(f) : nullptr;
}

bool FollowReader::step() {
  Reader& r = impl_->reader;
  r.capture->file().refresh();
  return r.read_all() && r.flush(true);
}

int FollowReader::finish() { return impl_->reader.end(); }

int match_filters(const std::string& file, const Settings& settings,
                  const std::vector<std::pair<std::string, std::string>>& filters, Sink& sink) {
  struct One {
    std::unique_ptr<filter::Filter> filter;
    Text ranges;
    uint32_t from = 0, to = 0;
    void close() {
      if (!from) return;
      if (!ranges.empty()) ranges << ',';
      ranges << from;
      if (to > from) ranges << '-' << to;
      from = 0;
    }
  };
  std::string error;
  pcap::OpenFailure why;
  auto capture = Capture::open(file, settings, {}, &error, &why);
  if (!capture) {
    sink.warn(error);
    return status_of(why);
  }
  std::vector<One> all(filters.size());
  for (size_t i = 0; i < filters.size(); i++) {
    filter::Message m;
    std::vector<filter::Message> w;
    all[i].filter = filter::Filter::compile(filters[i].second, Registry::get(), &m, &w);
  }
  while (capture->read_on(UINT32_MAX)) {}
  capture->scan_to(capture->size());
  Ctx c(capture->session(), Registry::get());
  Capture::Want want;
  want.tree = want.columns = true;
  for (uint32_t n = 1; n <= capture->size(); n++) {
    capture->dissect(c, n, want);
    for (One& f : all) {
      if (!f.filter || !f.filter->matches(c)) continue;
      if (f.from && f.to == n - 1) {
        f.to = n;
        continue;
      }
      f.close();
      f.from = f.to = n;
    }
  }
  Text out;
  JsonWriter j(out);
  j.open_object();
  for (size_t i = 0; i < all.size(); i++) {
    all[i].close();
    if (!all[i].filter) j.key(filters[i].first).string("!");
    else if (!all[i].ranges.empty()) j.key(filters[i].first).string(all[i].ranges.view());
  }
  j.close_object();
  out << '\n';
  sink.write(out.view());
  return capture->file().damage() ? 2 : 0;
}

}  // namespace strato
