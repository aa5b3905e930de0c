// NativeOwners of src/engine/native.d.ts over engine/owners.h.
#pragma once
#include <napi.h>

#include <memory>

#include "engine/owners.h"

namespace strato::binding {

class OwnersHandle : public Napi::ObjectWrap<OwnersHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit OwnersHandle(const Napi::CallbackInfo& info);
  /// Throws an Error with one sentence when this machine has no eBPF for us. `options`: OwnerOptions. `capture`:
  /// Owners::hold_for, or none.
  static Napi::Object make(Napi::Env env, const Napi::Object& options, LiveCapture* capture);

 private:
  Napi::Value allow(const Napi::CallbackInfo& info);
  Napi::Value scan(const Napi::CallbackInfo& info);
  Napi::Value poll(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  Owners& open_owners(Napi::Env env);

  std::unique_ptr<Owners> owners_;
};

}  // namespace strato::binding
