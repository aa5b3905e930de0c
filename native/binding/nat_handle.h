// NativeNat of src/engine/native.d.ts over engine/nat.h.
#pragma once
#include <napi.h>

#include <memory>

#include "engine/nat.h"

namespace strato::binding {

class NatHandle : public Napi::ObjectWrap<NatHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit NatHandle(const Napi::CallbackInfo& info);
  /// Throws an Error with one sentence where the table cannot be read. `netns`: Nat::open. `capture`: Nat::hold_for, or none.
  static Napi::Object make(Napi::Env env, const std::string& netns, LiveCapture* capture);

 private:
  Napi::Value scan(const Napi::CallbackInfo& info);
  Napi::Value poll(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  Nat& open_watch(Napi::Env env);

  std::unique_ptr<Nat> watch_;
};

}  // namespace strato::binding
