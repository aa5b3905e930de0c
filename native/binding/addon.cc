// What the addon exports: Native of src/engine/native.d.ts.
#include <napi.h>
#include <sys/prctl.h>

#include <csignal>

#include "binding/capture_handle.h"
#include "binding/convert.h"
#include "binding/reading.h"
#include "engine/json_capture.h"
#include "engine/json_writer.h"
#include "filter/filter.h"

namespace strato::binding {
namespace {

std::string text_arg(const Napi::CallbackInfo& info, size_t i) {
  if (info.Length() <= i || !info[i].IsString()) throw Napi::TypeError::New(info.Env(), "expected a string");
  return info[i].As<Napi::String>().Utf8Value();
}

Napi::Value version(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), STRATO_VERSION); }

Napi::Value open(const Napi::CallbackInfo& info) {
  std::string path = text_arg(info, 0), error;
  std::string settings = info.Length() > 1 && info[1].IsString() ? text_arg(info, 1) : "{}";
  auto doc = Document::open(path, settings_of(parse_json(info.Env(), settings)), &error);
  if (!doc) throw Napi::Error::New(info.Env(), error);
  return CaptureHandle::make(info.Env(), std::move(doc));
}

Napi::Value fields(const Napi::CallbackInfo& info) {
  Text t;
  json_fields(t);
  return Napi::String::New(info.Env(), t.str());
}

// Filter positions are bytes of UTF-8 inside, UTF-16 units outside.
uint32_t utf16_at(const std::string& text, uint32_t byte) {
  uint32_t units = 0;
  for (uint32_t i = 0; i < byte && i < text.size(); i++) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) != 0x80) units += c >= 0xf0 ? 2 : 1;
  }
  return units;
}

void message(JsonWriter& j, const std::string& text, const filter::Message& m) {
  j.open_object().key("start").number(utf16_at(text, m.start)).key("end").number(utf16_at(text, m.end));
  j.key("message").string(m.text).close_object();
}

Napi::Value check_filter(const Napi::CallbackInfo& info) {
  std::string text = text_arg(info, 0);
  filter::Message error;
  std::vector<filter::Message> warnings;
  auto f = filter::Filter::compile(text, Registry::get(), &error, &warnings);
  Text out;
  JsonWriter j(out);
  j.open_object().key("ok").boolean(f != nullptr);
  if (f) {
    j.key("warnings").open_array();
    for (const filter::Message& w : warnings) message(j, text, w);
    j.close_array();
  } else {
    j.key("error");
    message(j, text, error);
  }
  j.close_object();
  return Napi::String::New(info.Env(), out.str());
}

Napi::Value explain_filter(const Napi::CallbackInfo& info) {
  std::string text = text_arg(info, 0);
  filter::Message error;
  std::vector<filter::Message> warnings;
  auto f = filter::Filter::compile(text, Registry::get(), &error, &warnings);
  if (!f) throw Napi::Error::New(info.Env(), error.text);
  return Napi::String::New(info.Env(), f->explain());
}

// The engine process must not outlive the extension host that forked it, even when that is killed.
Napi::Value die_with_parent(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  CaptureHandle::define(env);
  exports.Set("version", Napi::Function::New(env, version));
  exports.Set("open", Napi::Function::New(env, open));
  exports.Set("fields", Napi::Function::New(env, fields));
  exports.Set("checkFilter", Napi::Function::New(env, check_filter));
  exports.Set("explainFilter", Napi::Function::New(env, explain_filter));
  exports.Set("read", Napi::Function::New(env, read));
  exports.Set("matchFilters", Napi::Function::New(env, match_filters));
  exports.Set("dieWithParent", Napi::Function::New(env, die_with_parent));
  return exports;
}

}  // namespace
}  // namespace strato::binding

static Napi::Object init_module(Napi::Env env, Napi::Object exports) { return strato::binding::init(env, exports); }
NODE_API_MODULE(stratoshark, init_module)
