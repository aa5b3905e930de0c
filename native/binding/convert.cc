#include "binding/convert.h"

#include <algorithm>

namespace strato::binding {

std::string string_of(const Napi::Object& o, const char* key, const char* otherwise) {
  Napi::Value v = o.Get(key);
  return v.IsString() ? v.As<Napi::String>().Utf8Value() : std::string(otherwise);
}

bool bool_of(const Napi::Object& o, const char* key) {
  Napi::Value v = o.Get(key);
  return v.IsBoolean() && v.As<Napi::Boolean>().Value();
}

uint32_t uint_of(const Napi::Object& o, const char* key) {
  Napi::Value v = o.Get(key);
  return v.IsNumber() ? v.As<Napi::Number>().Uint32Value() : 0;
}

std::vector<std::string> strings_of(const Napi::Object& o, const char* key) {
  std::vector<std::string> out;
  Napi::Value v = o.Get(key);
  if (!v.IsArray()) return out;
  Napi::Array a = v.As<Napi::Array>();
  for (uint32_t i = 0; i < a.Length(); i++) {
    Napi::Value e = a.Get(i);
    if (e.IsString()) out.push_back(e.As<Napi::String>().Utf8Value());
  }
  return out;
}

Napi::Object parse_json(Napi::Env env, const std::string& text) {
  Napi::Object json = env.Global().Get("JSON").As<Napi::Object>();
  Napi::Value v = json.Get("parse").As<Napi::Function>().Call(json, {Napi::String::New(env, text)});
  if (!v.IsObject()) throw Napi::TypeError::New(env, "expected a JSON object");
  return v.As<Napi::Object>();
}

Settings settings_of(const Napi::Object& o) {
  Settings s;
  s.wireshark_defaults = bool_of(o, "wiresharkDefaults");
  s.keylog_file = string_of(o, "keylogFile");
  s.key_logs = strings_of(o, "keyLogs");
  s.decode_as = strings_of(o, "decodeAs");
  return s;
}

uint64_t unpack_limit_of(const Napi::Object& settings) {
  constexpr double kMost = 9007199254740991.0;  // integers a double can tell apart
  Napi::Value v = settings.Get("unpackLimit");
  double bytes = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : 0;
  return bytes >= 1 && bytes <= kMost ? static_cast<uint64_t>(bytes) : 0;
}

namespace {

char first_char(const std::string& s, char otherwise) { return s.empty() ? otherwise : s[0]; }

TimeFormat time_of(const std::string& s) {
  if (s == "u") return TimeFormat::AbsoluteUtc;
  if (s == "ud") return TimeFormat::AbsoluteDateUtc;
  if (s == "a") return TimeFormat::AbsoluteLocal;
  if (s == "ad") return TimeFormat::AbsoluteDateLocal;
  if (s == "d") return TimeFormat::Delta;
  if (s == "dd") return TimeFormat::DeltaDisplayed;
  if (s == "e") return TimeFormat::Epoch;
  return TimeFormat::Relative;
}

}  // namespace

WriteOptions write_options_of(const Napi::Object& o) {
  WriteOptions w;
  Napi::Value fd = o.Get("fd");
  if (fd.IsNumber()) w.fd = fd.As<Napi::Number>().Int32Value();
  w.pcapng = string_of(o, "format", "pcapng") == "pcapng";
  w.keep_secrets = bool_of(o, "keepSecrets");
  w.app = string_of(o, "app");
  return w;
}

ReadOptions read_options_of(const Napi::Object& o) {
  ReadOptions r;
  r.file = string_of(o, "file");
  r.filter = string_of(o, "filter");
  std::string format = string_of(o, "format");
  r.format = format == "fields" ? ReadOptions::Format::Fields
             : format == "json" ? ReadOptions::Format::Json
                                : ReadOptions::Format::Text;
  r.fields = strings_of(o, "fields");
  r.separator = first_char(string_of(o, "separator"), '\t');
  r.occurrence = first_char(string_of(o, "occurrence"), 'a');
  r.quote = first_char(string_of(o, "quote"), 0);
  r.aggregator = string_of(o, "aggregator", ",");
  r.header = bool_of(o, "header");
  r.details = bool_of(o, "details");
  r.hex = bool_of(o, "hex");
  r.quiet = bool_of(o, "quiet");
  r.two_pass = bool_of(o, "twoPass");
  r.count = uint_of(o, "count");
  r.taps = strings_of(o, "taps");
  r.time = time_of(string_of(o, "time"));
  if (Napi::Value w = o.Get("write"); w.IsObject()) r.write = write_options_of(w.As<Napi::Object>());
  Napi::Value s = o.Get("settings");
  if (s.IsObject()) {
    r.settings = settings_of(s.As<Napi::Object>());
    r.unpack_limit = unpack_limit_of(s.As<Napi::Object>());
  }
  return r;
}

namespace {

// Numbers beyond 32 bits: sizes of files, exact in a double.
double number_of(const Napi::Object& o, const char* key) {
  Napi::Value v = o.Get(key);
  const double n = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : 0;
  return n > 0 && n < 9e15 ? n : 0;
}

LiveLimits limits_of(const Napi::Object& o, const char* key) {
  LiveLimits l;
  Napi::Value v = o.Get(key);
  if (!v.IsObject()) return l;
  Napi::Object limits = v.As<Napi::Object>();
  l.packets = static_cast<uint64_t>(number_of(limits, "packets"));
  l.bytes = static_cast<uint64_t>(number_of(limits, "bytes"));
  l.seconds = number_of(limits, "seconds");
  l.files = uint_of(limits, "files");
  return l;
}

}  // namespace

std::string text_arg(const Napi::CallbackInfo& info, size_t i) {
  if (info.Length() <= i || !info[i].IsString()) throw Napi::TypeError::New(info.Env(), "expected a string");
  return info[i].As<Napi::String>().Utf8Value();
}

LiveOptions live_options_of(const Napi::Object& o) {
  LiveOptions l;
  l.interfaces = strings_of(o, "interfaces");
  l.points = bool_of(o, "points");
  l.filter = string_of(o, "filter");
  if (const uint32_t snaplen = uint_of(o, "snaplen")) l.snaplen = std::min(snaplen, l.snaplen);
  if (const double bytes = number_of(o, "bufferBytes"); bytes > 0) l.buffer_bytes = static_cast<uint64_t>(bytes);
  l.promiscuous = bool_of(o, "promiscuous");
  l.patience_ms = uint_of(o, "patienceMilliseconds");
  l.hold_ms = uint_of(o, "holdMilliseconds");
  l.last_words = bool_of(o, "lastWords");
  l.output = string_of(o, "output");
  const std::string format = string_of(o, "format"), compress = string_of(o, "compress");
  l.format = format == "pcap"       ? LiveOptions::Format::kPcap
             : format == "nsecpcap" ? LiveOptions::Format::kPcapNanoseconds
                                    : LiveOptions::Format::kPcapng;
  l.compression = compress == "gzip"   ? pcap::Compression::kGzip
                  : compress == "zstd" ? pcap::Compression::kZstd
                                       : pcap::Compression::kNone;
  l.stop = limits_of(o, "stop");
  l.next_file = limits_of(o, "nextFile");
  return l;
}

LivePoint live_point_of(const Napi::Object& o) {
  LivePoint p;
  p.key = string_of(o, "key");
  p.device = string_of(o, "device");
  p.netns = string_of(o, "netns");
  p.name = string_of(o, "name");
  p.description = string_of(o, "description");
  p.filter = string_of(o, "filter");
  p.bytes = static_cast<uint64_t>(number_of(o, "bytes"));
  p.host_index = static_cast<uint32_t>(number_of(o, "hostIndex"));
  return p;
}

std::vector<FlowEnds> flow_ends_of(const Napi::Object& o) {
  std::vector<FlowEnds> flows;
  const Napi::Value list = o.Get("flows");
  if (!list.IsArray()) return flows;
  const auto array = list.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Value v = array.Get(i);
    if (!v.IsObject()) continue;
    const auto f = v.As<Napi::Object>();
    flows.push_back({static_cast<uint8_t>(uint_of(f, "protocol")), string_of(f, "local"), string_of(f, "remote"),
                     static_cast<uint16_t>(uint_of(f, "localPort")), static_cast<uint16_t>(uint_of(f, "remotePort")),
                     std::strtoll(string_of(f, "time").c_str(), nullptr, 10)});
  }
  return flows;
}

}  // namespace strato::binding
