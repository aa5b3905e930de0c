#include "binding/teardown.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace strato::binding {
namespace {

/// Open documents of one environment; weak: a closed one is none of our business.
struct OpenDocuments {
  std::vector<std::weak_ptr<Document>> list;
};

Napi::Value stop_all(const Napi::CallbackInfo& info) {
  auto* open = info.Env().GetInstanceData<OpenDocuments>();
  for (auto& weak : open->list)
    if (auto document = weak.lock()) document->stop();
  open->list.clear();
  return info.Env().Undefined();
}

}  // namespace

EnvHook::EnvHook(napi_env env, std::function<void()> at_end) : env_(env), at_end_(std::move(at_end)) {
  napi_add_env_cleanup_hook(env_, run, this);
}

EnvHook::~EnvHook() {
  if (!ran_) napi_remove_env_cleanup_hook(env_, run, this);
}

void EnvHook::run(void* self) {
  auto* hook = static_cast<EnvHook*>(self);
  hook->ran_ = true;
  hook->at_end_();
}

void stop_at_exit(Napi::Env env, const std::shared_ptr<Document>& document) {
  auto& list = env.GetInstanceData<OpenDocuments>()->list;
  list.erase(std::remove_if(list.begin(), list.end(), [](const auto& weak) { return weak.expired(); }), list.end());
  list.push_back(document);
}

void watch_exit(Napi::Env env) {
  env.SetInstanceData(new OpenDocuments);  // freed with the environment
  Napi::Value process = env.Global().Get("process");
  if (!process.IsObject()) return;
  Napi::Object p = process.As<Napi::Object>();
  Napi::Value once = p.Get("once");
  if (once.IsFunction())
    once.As<Napi::Function>().Call(p, {Napi::String::New(env, "exit"), Napi::Function::New(env, stop_all)});
}

}  // namespace strato::binding
