#include "binding/owners_handle.h"

#include <vector>

#include "binding/convert.h"

namespace strato::binding {
namespace {

Napi::FunctionReference& constructor() {
  static Napi::FunctionReference* c = new Napi::FunctionReference;  // the process's, never freed after its env
  return *c;
}

// `value`: OwnerOptions' `namespaces`.
void allow_in(Napi::Env env, Owners& owners, const Napi::Value& value) {
  std::vector<uint32_t> list;
  const bool every = value.IsString() && value.As<Napi::String>().Utf8Value() == "all";
  if (!every && !value.IsArray()) throw Napi::TypeError::New(env, "namespaces must be a list of numbers or 'all'.");
  if (!every) {
    const Napi::Array array = value.As<Napi::Array>();
    for (uint32_t i = 0; i < array.Length(); i++) {
      const Napi::Value entry = array[i];
      if (!entry.IsNumber()) throw Napi::TypeError::New(env, "namespaces must be a list of numbers or 'all'.");
      list.push_back(entry.As<Napi::Number>().Uint32Value());
    }
  }
  if (!owners.allow(list, every))
    throw Napi::Error::New(env, "Owners are told of at most 4096 network namespaces at once: name fewer.");
}

}  // namespace

Napi::Function OwnersHandle::define(Napi::Env env) {
  Napi::Function f = DefineClass(env, "NativeOwners",
                                 {InstanceMethod("allow", &OwnersHandle::allow), InstanceMethod("scan", &OwnersHandle::scan),
                                  InstanceMethod("poll", &OwnersHandle::poll), InstanceMethod("close", &OwnersHandle::close)});
  constructor() = Napi::Persistent(f);
  return f;
}

OwnersHandle::OwnersHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<OwnersHandle>(info) {
  if (info.Length() != 1 || !info[0].IsExternal())
    throw Napi::TypeError::New(info.Env(), "Owners are made by openOwners().");
  owners_.reset(info[0].As<Napi::External<std::unique_ptr<Owners>>>().Data()->release());
}

Napi::Object OwnersHandle::make(Napi::Env env, const Napi::Object& options, LiveCapture* capture) {
  std::string error;
  std::unique_ptr<Owners> owners = Owners::open(&error);
  if (!owners) throw Napi::Error::New(env, "Owners of sockets cannot be told: " + error);
  if (capture) owners->hold_for(*capture);
  allow_in(env, *owners, options.Get("namespaces"));
  return constructor().New({Napi::External<std::unique_ptr<Owners>>::New(env, &owners)});
}

Owners& OwnersHandle::open_owners(Napi::Env env) {
  if (!owners_) throw Napi::Error::New(env, "The tracer of owners is closed.");
  return *owners_;
}

Napi::Value OwnersHandle::allow(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsString()) throw Napi::TypeError::New(info.Env(), "expected a string");
  // A list or a string is no object: wrapped so that one parser serves.
  const std::string wrapped = "{\"namespaces\":" + info[0].As<Napi::String>().Utf8Value() + "}";
  allow_in(info.Env(), open_owners(info.Env()), parse_json(info.Env(), wrapped).Get("namespaces"));
  return info.Env().Undefined();
}

Napi::Value OwnersHandle::scan(const Napi::CallbackInfo& info) {
  open_owners(info.Env()).scan();
  return info.Env().Undefined();
}

Napi::Value OwnersHandle::poll(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), open_owners(info.Env()).poll_json());
}

Napi::Value OwnersHandle::close(const Napi::CallbackInfo& info) {
  owners_.reset();
  return info.Env().Undefined();
}

}  // namespace strato::binding
