// What the addon exports: Native of src/engine/native.d.ts.
#include <napi.h>

#include "binding/capture_handle.h"
#include "binding/convert.h"
#include "binding/live_handle.h"
#include "binding/nat_handle.h"
#include "binding/owners_handle.h"
#include "binding/reading.h"
#include "binding/teardown.h"
#include "engine/filter_answers.h"
#include "engine/json_capture.h"
#include "engine/json_language.h"
#include "engine/live_machine.h"
#include "engine/owners.h"

namespace strato::binding {
namespace {

Napi::Value version(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), STRATO_VERSION); }

Napi::Value open(const Napi::CallbackInfo& info) {
  std::string path = text_arg(info, 0), error;
  std::string settings = info.Length() > 1 && info[1].IsString() ? text_arg(info, 1) : "{}";
  Napi::Object o = parse_json(info.Env(), settings);
  auto doc = Document::open(path, settings_of(o), &error, unpack_limit_of(o));
  if (!doc) throw Napi::Error::New(info.Env(), error);
  return CaptureHandle::make(info.Env(), std::move(doc));
}

Napi::Value fields(const Napi::CallbackInfo& info) {
  Text t;
  json_fields(t);
  return Napi::String::New(info.Env(), t.str());
}

Napi::Value language(const Napi::CallbackInfo& info) {
  Text t;
  json_language(t);
  return Napi::String::New(info.Env(), t.str());
}

Napi::Value decode_tables(const Napi::CallbackInfo& info) {
  Text t;
  json_decode_tables(t);
  return Napi::String::New(info.Env(), t.str());
}

Napi::Value check_filter(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), check_filter_json(text_arg(info, 0)));
}

Napi::Value explain_filter(const Napi::CallbackInfo& info) {
  std::string error, text = strato::explain_filter(text_arg(info, 0), &error);
  if (!error.empty()) throw Napi::Error::New(info.Env(), error);
  return Napi::String::New(info.Env(), text);
}

Napi::Value open_live(const Napi::CallbackInfo& info) {
  return LiveHandle::make(info.Env(), live_options_of(parse_json(info.Env(), text_arg(info, 0))));
}

Napi::Value live_interfaces(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), live_interfaces_json());
}

Napi::Value check_capture_filter(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), check_capture_filter_json(text_arg(info, 0)));
}

Napi::Value link_peer_of(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), live_link_peer(text_arg(info, 0), text_arg(info, 1)));
}

Napi::Value open_owners(const Napi::CallbackInfo& info) {
  return OwnersHandle::make(info.Env(), parse_json(info.Env(), text_arg(info, 0)), LiveHandle::capture_of(info.Env(), info[1]).get());
}

Napi::Value open_nat(const Napi::CallbackInfo& info) {
  return NatHandle::make(info.Env(), text_arg(info, 0), LiveHandle::capture_of(info.Env(), info[1]).get());
}

Napi::Value ebpf_features(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), ebpf_features_json()); }

// The engine process must not outlive the extension host that forked it, even when that is killed.
Napi::Value die_with_parent(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), strato::die_with_parent());
}

Napi::Value give_way(const Napi::CallbackInfo& info) {
  live_give_way();
  return info.Env().Undefined();
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  watch_exit(env);
  CaptureHandle::define(env);
  LiveHandle::define(env);
  OwnersHandle::define(env);
  NatHandle::define(env);
  define_follow(env);
  exports.Set("version", Napi::Function::New(env, version));
  exports.Set("open", Napi::Function::New(env, open));
  exports.Set("fields", Napi::Function::New(env, fields));
  exports.Set("language", Napi::Function::New(env, language));
  exports.Set("decodeTables", Napi::Function::New(env, decode_tables));
  exports.Set("checkFilter", Napi::Function::New(env, check_filter));
  exports.Set("explainFilter", Napi::Function::New(env, explain_filter));
  exports.Set("read", Napi::Function::New(env, read));
  exports.Set("follow", Napi::Function::New(env, follow));
  exports.Set("matchFilters", Napi::Function::New(env, match_filters));
  exports.Set("openLive", Napi::Function::New(env, open_live));
  exports.Set("liveInterfaces", Napi::Function::New(env, live_interfaces));
  exports.Set("checkCaptureFilter", Napi::Function::New(env, check_capture_filter));
  exports.Set("linkPeer", Napi::Function::New(env, link_peer_of));
  exports.Set("openOwners", Napi::Function::New(env, open_owners));
  exports.Set("openNat", Napi::Function::New(env, open_nat));
  exports.Set("ebpfFeatures", Napi::Function::New(env, ebpf_features));
  exports.Set("giveWay", Napi::Function::New(env, give_way));
  exports.Set("dieWithParent", Napi::Function::New(env, die_with_parent));
  return exports;
}

}  // namespace
}  // namespace strato::binding

static Napi::Object init_module(Napi::Env env, Napi::Object exports) { return strato::binding::init(env, exports); }
NODE_API_MODULE(stratoshark, init_module)
