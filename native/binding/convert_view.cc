#include "binding/convert_view.h"

#include <algorithm>

namespace strato::binding {
namespace {

int32_t int_of(const Napi::Object& o, const char* key, int32_t otherwise) {
  Napi::Value v = o.Get(key);
  return v.IsNumber() ? v.As<Napi::Number>().Int32Value() : otherwise;
}

template <class F>
void each_object(const Napi::Object& o, const char* key, F&& visit) {
  Napi::Value v = o.Get(key);
  if (!v.IsArray()) return;
  Napi::Array a = v.As<Napi::Array>();
  for (uint32_t i = 0; i < a.Length(); i++)
    if (Napi::Value e = a.Get(i); e.IsObject()) visit(e.As<Napi::Object>());
}

std::vector<uint32_t> frames_of(const Napi::Object& o, const char* key) {
  std::vector<uint32_t> out;
  Napi::Value v = o.Get(key);
  if (!v.IsArray()) return out;
  Napi::Array a = v.As<Napi::Array>();
  for (uint32_t i = 0; i < a.Length(); i++)
    if (Napi::Value e = a.Get(i); e.IsNumber()) out.push_back(e.As<Napi::Number>().Uint32Value());
  return out;
}

TimeFormat time_of(const std::string& s) {
  if (s == "utc") return TimeFormat::AbsoluteUtc;
  if (s == "utcDate") return TimeFormat::AbsoluteDateUtc;
  if (s == "local") return TimeFormat::AbsoluteLocal;
  if (s == "localDate") return TimeFormat::AbsoluteDateLocal;
  if (s == "delta") return TimeFormat::Delta;
  if (s == "deltaDisplayed") return TimeFormat::DeltaDisplayed;
  if (s == "epoch") return TimeFormat::Epoch;
  return TimeFormat::Relative;
}

}  // namespace

LookRequest look_request_of(const Napi::Object& o) {
  LookRequest r;
  r.time = time_of(string_of(o, "time"));
  r.digits = std::min(int_of(o, "digits", -1), 9);
  each_object(o, "fields", [&](const Napi::Object& c) {
    r.fields.push_back({string_of(c, "field"), int_of(c, "occurrence", 0)});
  });
  each_object(o, "rules", [&](const Napi::Object& c) { r.rules.push_back(string_of(c, "filter")); });
  r.ignored = frames_of(o, "ignored");
  r.references = frames_of(o, "references");
  return r;
}

OrderRequest order_request_of(const Napi::Object& o) {
  using By = OrderRequest::By;
  static constexpr struct { const char* name; By by; } kBys[] = {
      {"number", By::Number}, {"time", By::Time}, {"source", By::Source}, {"destination", By::Destination},
      {"protocol", By::Protocol}, {"length", By::Length}, {"info", By::Info}, {"field", By::Field}};
  OrderRequest r;
  const std::string by = string_of(o, "by");
  for (const auto& b : kBys)
    if (by == b.name) r.by = b.by;
  r.field = {string_of(o, "field"), int_of(o, "occurrence", 0)};
  r.descending = bool_of(o, "descending");
  r.filtered = bool_of(o, "filtered");
  return r;
}

FindRequest find_request_of(const Napi::Object& o) {
  FindRequest r;
  std::string where = string_of(o, "where");
  r.where = where == "details" ? FindRequest::Where::Details
            : where == "bytes" ? FindRequest::Where::Bytes
            : where == "hex"   ? FindRequest::Where::Hex
            : where == "filter" ? FindRequest::Where::Filter
                                : FindRequest::Where::List;
  r.text = string_of(o, "text");
  r.match_case = bool_of(o, "matchCase");
  return r;
}

Document::FindFrom find_from_of(const Napi::Object& o) {
  Document::FindFrom f;
  f.frame = uint_of(o, "from");
  f.filtered = bool_of(o, "filtered");
  f.forward = bool_of(o, "forward");
  f.wrap = bool_of(o, "wrap");
  return f;
}

}  // namespace strato::binding
