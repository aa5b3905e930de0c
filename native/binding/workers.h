// Work off the main thread with a promise as its result, and calls back to JavaScript from other threads.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "binding/teardown.h"

namespace strato::binding {

/// Runs `work` on libuv's pool; resolves with `result` (made on the main thread). A std::exception or an error text
/// set by work rejects.
class PromiseWorker : public Napi::AsyncWorker {
 public:
  using Work = std::function<void(std::string* error)>;
  using Result = std::function<Napi::Value(Napi::Env)>;
  static Napi::Promise run(Napi::Env env, Work work, Result result) {
    auto* w = new PromiseWorker(env, std::move(work), std::move(result));  // deletes itself
    w->Queue();
    return w->deferred_.Promise();
  }

 protected:
  void Execute() override {
    std::string error;
    work_(&error);
    if (!error.empty()) SetError(error);
  }
  void OnOK() override {
    Napi::HandleScope scope(Env());
    deferred_.Resolve(result_(Env()));
  }
  void OnError(const Napi::Error& e) override { deferred_.Reject(e.Value()); }

 private:
  PromiseWorker(Napi::Env env, Work work, Result result)
      : Napi::AsyncWorker(env), deferred_(env), work_(std::move(work)), result_(std::move(result)) {}
  Napi::Promise::Deferred deferred_;
  Work work_;
  Result result_;
};

/// A JavaScript function taking one string, callable from any thread; does not keep the process alive by itself, and
/// does nothing once its environment ends. Destroyed on the main thread.
class StringCallback {
 public:
  StringCallback(Napi::Env env, const Napi::Function& f, const char* name)
      : fn_(Napi::ThreadSafeFunction::New(env, f, name, 0, 1)), at_end_(env, [this] { release(); }) {
    fn_.Unref(env);
  }
  ~StringCallback() { release(); }
  void operator()(const std::string& text) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (released_) return;
    auto* copy = new std::string(text);
    auto status = fn_.NonBlockingCall(copy, [](Napi::Env env, Napi::Function f, std::string* s) {
      std::unique_ptr<std::string> owned(s);
      if (env != nullptr) call_if_alive(env, f, *owned);
    });
    if (status != napi_ok) delete copy;
  }

 private:
  // Plain calls: what is queued may come while the environment ends and runs no JavaScript any more, where the C++
  // wrapper would throw with nobody to catch. What the function itself throws stays pending: Node reports it.
  static void call_if_alive(napi_env env, napi_value f, const std::string& text) {
    napi_value self, arg;
    if (napi_get_undefined(env, &self) != napi_ok) return;
    if (napi_create_string_utf8(env, text.data(), text.size(), &arg) != napi_ok) return;
    napi_call_function(env, self, f, 1, &arg, nullptr);
  }
  // The environment frees the function at its end whoever still holds it: we must have let go before.
  void release() {
    std::lock_guard<std::mutex> lock(mutex_);
    if (!released_) fn_.Release();
    released_ = true;
  }
  std::mutex mutex_;
  bool released_ = false;
  Napi::ThreadSafeFunction fn_;
  EnvHook at_end_;  // behind fn_: made after it, so run before the environment's own hook for it
};

/// Callback argument `i`, or one that does nothing when it is no function.
inline std::function<void(const std::string&)> string_callback(const Napi::CallbackInfo& info, size_t i,
                                                               const char* name) {
  if (info.Length() <= i || !info[i].IsFunction()) return [](const std::string&) {};
  auto cb = std::make_shared<StringCallback>(info.Env(), info[i].As<Napi::Function>(), name);
  return [cb](const std::string& s) { (*cb)(s); };
}

}  // namespace strato::binding
