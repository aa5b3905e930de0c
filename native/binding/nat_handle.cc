#include "binding/nat_handle.h"

namespace strato::binding {
namespace {

Napi::FunctionReference& constructor() {
  static Napi::FunctionReference* c = new Napi::FunctionReference;  // the process's, never freed after its env
  return *c;
}

}  // namespace

Napi::Function NatHandle::define(Napi::Env env) {
  Napi::Function f = DefineClass(env, "NativeNat", {InstanceMethod("scan", &NatHandle::scan), InstanceMethod("poll", &NatHandle::poll),
                                                    InstanceMethod("close", &NatHandle::close)});
  constructor() = Napi::Persistent(f);
  return f;
}

NatHandle::NatHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NatHandle>(info) {
  if (info.Length() != 1 || !info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "The watch of translation is made by openNat().");
  watch_.reset(info[0].As<Napi::External<std::unique_ptr<Nat>>>().Data()->release());
}

Napi::Object NatHandle::make(Napi::Env env, const std::string& netns, LiveCapture* capture) {
  std::string error;
  std::unique_ptr<Nat> watch = Nat::open(netns, &error);
  if (!watch) throw Napi::Error::New(env, error);
  if (capture) watch->hold_for(*capture);
  return constructor().New({Napi::External<std::unique_ptr<Nat>>::New(env, &watch)});
}

Nat& NatHandle::open_watch(Napi::Env env) {
  if (!watch_) throw Napi::Error::New(env, "The watch of translation is closed.");
  return *watch_;
}

Napi::Value NatHandle::scan(const Napi::CallbackInfo& info) {
  open_watch(info.Env()).scan();
  return info.Env().Undefined();
}

Napi::Value NatHandle::poll(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), open_watch(info.Env()).poll_json());
}

Napi::Value NatHandle::close(const Napi::CallbackInfo& info) {
  watch_.reset();
  return info.Env().Undefined();
}

}  // namespace strato::binding
