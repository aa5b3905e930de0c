// What must be over before a JavaScript environment goes: a thread that calls into it then would wait for ever, or
// use what is freed.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>

#include "engine/document.h"

namespace strato::binding {

/// Runs a function when its environment ends, before whatever was made in the environment earlier is taken down (such
/// hooks run newest first); not at all once it is destroyed. Of the main thread, like the environment.
class EnvHook {
 public:
  EnvHook(napi_env env, std::function<void()> at_end);
  ~EnvHook();
  EnvHook(const EnvHook&) = delete;
  EnvHook& operator=(const EnvHook&) = delete;

 private:
  static void run(void* self);
  napi_env env_;
  std::function<void()> at_end_;
  bool ran_ = false;
};

/// Remembers a document so that its work stops when the process is about to exit: Node waits for its pool, and C's
/// exit() destroys globals under threads that still run.
void stop_at_exit(Napi::Env env, const std::shared_ptr<Document>& document);

/// Has the process's "exit" event stop the documents remembered. Once per environment.
void watch_exit(Napi::Env env);

}  // namespace strato::binding
