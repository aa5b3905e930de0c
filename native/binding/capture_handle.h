// NativeCapture of src/engine/native.d.ts over engine/document.h. Heavy work runs on workers; the main thread only
// converts.
#pragma once
#include <napi.h>

#include <memory>

#include "binding/teardown.h"
#include "engine/document.h"

namespace strato::binding {

class CaptureHandle : public Napi::ObjectWrap<CaptureHandle> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit CaptureHandle(const Napi::CallbackInfo& info);
  ~CaptureHandle() override;
  /// A handle of an opened document.
  static Napi::Object make(Napi::Env env, std::unique_ptr<Document> doc);

 private:
  Napi::Value index(const Napi::CallbackInfo& info);
  Napi::Value status(const Napi::CallbackInfo& info);
  Napi::Value rows(const Napi::CallbackInfo& info);
  Napi::Value packet(const Napi::CallbackInfo& info);
  Napi::Value row_of(const Napi::CallbackInfo& info);
  Napi::Value filter(const Napi::CallbackInfo& info);
  Napi::Value field_values(const Napi::CallbackInfo& info);
  Napi::Value conversations(const Napi::CallbackInfo& info);
  Napi::Value refresh(const Napi::CallbackInfo& info);
  Napi::Value set_look(const Napi::CallbackInfo& info);
  Napi::Value find(const Napi::CallbackInfo& info);
  Napi::Value cancel_find(const Napi::CallbackInfo& info);
  Napi::Value sort(const Napi::CallbackInfo& info);
  Napi::Value cancel_sort(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value follow_offers(const Napi::CallbackInfo& info);
  Napi::Value follow(const Napi::CallbackInfo& info);
  Napi::Value follow_rows(const Napi::CallbackInfo& info);
  Napi::Value follow_find(const Napi::CallbackInfo& info);
  Napi::Value follow_row_of(const Napi::CallbackInfo& info);
  Napi::Value follow_save(const Napi::CallbackInfo& info);
  Napi::Value follow_close(const Napi::CallbackInfo& info);
  Napi::Value set_edit(const Napi::CallbackInfo& info);
  Napi::Value save(const Napi::CallbackInfo& info);
  Napi::Value save_cancel(const Napi::CallbackInfo& info);
  Napi::Value marked(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);
  /// The document, or a JavaScript error when the handle was closed.
  std::shared_ptr<Document> doc(Napi::Env env) const;

  std::shared_ptr<Document> doc_;
  std::unique_ptr<EnvHook> at_end_;  // while an index may run
};

}  // namespace strato::binding
