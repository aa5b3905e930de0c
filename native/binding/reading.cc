#include "binding/reading.h"

#include "binding/convert.h"

namespace strato::binding {
namespace {

// Runs on the main thread: a command line has nothing else to do, and its output must keep its order.
class JsSink : public Sink {
 public:
  JsSink(Napi::Env env, Napi::Function write, Napi::Function warn) : env_(env), write_(write), warn_(warn) {}
  bool write(std::string_view chunk) override {
    Napi::HandleScope scope(env_);
    Napi::Value v = write_.Call({Napi::Buffer<char>::Copy(env_, chunk.data(), chunk.size())});
    return !v.IsBoolean() || v.As<Napi::Boolean>().Value();
  }
  void warn(std::string_view line) override {
    Napi::HandleScope scope(env_);
    warn_.Call({Napi::String::New(env_, line.data(), line.size())});
  }

 private:
  Napi::Env env_;
  Napi::Function write_, warn_;
};

void need(const Napi::CallbackInfo& info, size_t functions_from) {
  if (info.Length() < functions_from + 2 || !info[functions_from].IsFunction() || !info[functions_from + 1].IsFunction())
    throw Napi::TypeError::New(info.Env(), "expected options, write and warn");
}

}  // namespace

Napi::Value read(const Napi::CallbackInfo& info) {
  need(info, 1);
  ReadOptions o = read_options_of(info[0].As<Napi::Object>());
  JsSink sink(info.Env(), info[1].As<Napi::Function>(), info[2].As<Napi::Function>());
  return Napi::Number::New(info.Env(), read_capture(o, sink));
}

Napi::Value match_filters(const Napi::CallbackInfo& info) {
  need(info, 2);
  Napi::Object o = info[0].As<Napi::Object>(), filters = info[1].As<Napi::Object>();
  std::vector<std::pair<std::string, std::string>> list;
  Napi::Array keys = filters.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); i++) {
    std::string k = keys.Get(i).ToString().Utf8Value();
    list.emplace_back(k, string_of(filters, k.c_str()));
  }
  JsSink sink(info.Env(), info[2].As<Napi::Function>(), info[3].As<Napi::Function>());
  ReadOptions r = read_options_of(o);
  return Napi::Number::New(info.Env(), match_filters(r.file, r.settings, list, sink));
}

}  // namespace strato::binding
