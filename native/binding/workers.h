// Work off the main thread with a promise as its result, and calls back to JavaScript from other threads.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <string>

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

/// A JavaScript function taking one string, callable from any thread; does not keep the process alive by itself.
class StringCallback {
 public:
  StringCallback(Napi::Env env, const Napi::Function& f, const char* name)
      : fn_(Napi::ThreadSafeFunction::New(env, f, name, 0, 1)) {
    fn_.Unref(env);
  }
  ~StringCallback() { fn_.Release(); }
  void operator()(const std::string& text) {
    auto* copy = new std::string(text);
    auto status = fn_.NonBlockingCall(copy, [](Napi::Env env, Napi::Function f, std::string* s) {
      std::unique_ptr<std::string> owned(s);
      if (env != nullptr) f.Call({Napi::String::New(env, *owned)});
    });
    if (status != napi_ok) delete copy;
  }

 private:
  Napi::ThreadSafeFunction fn_;
};

/// Callback argument `i`, or one that does nothing when it is no function.
inline std::function<void(const std::string&)> string_callback(const Napi::CallbackInfo& info, size_t i,
                                                               const char* name) {
  if (info.Length() <= i || !info[i].IsFunction()) return [](const std::string&) {};
  auto cb = std::make_shared<StringCallback>(info.Env(), info[i].As<Napi::Function>(), name);
  return [cb](const std::string& s) { (*cb)(s); };
}

}  // namespace strato::binding
