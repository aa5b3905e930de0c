// NativeLiveCapture of src/engine/native.d.ts over engine/live_capture.h: the capture runs on a thread of libuv's pool.
#pragma once
#include <napi.h>

#include <memory>

#include "engine/live_capture.h"

namespace strato::binding {

class LiveHandle : public Napi::ObjectWrap<LiveHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit LiveHandle(const Napi::CallbackInfo& info);
  /// Opens the capture; throws an Error with `code`, and for a filter `start` and `length` in bytes of UTF-8.
  static Napi::Object make(Napi::Env env, LiveOptions options);
  /// Of a NativeLiveCapture; nullptr for undefined. Throws a TypeError for anything else.
  static std::shared_ptr<LiveCapture> capture_of(Napi::Env env, const Napi::Value& value);

 private:
  Napi::Value run(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  Napi::Value stop(const Napi::CallbackInfo& info);
  Napi::Value add(const Napi::CallbackInfo& info);
  Napi::Value retire(const Napi::CallbackInfo& info);
  Napi::Value note(const Napi::CallbackInfo& info);
  Napi::Value keep(const Napi::CallbackInfo& info);
  Napi::Value remark(const Napi::CallbackInfo& info);
  Napi::Value leave_out(const Napi::CallbackInfo& info);

  std::shared_ptr<LiveCapture> capture_;
};

}  // namespace strato::binding
