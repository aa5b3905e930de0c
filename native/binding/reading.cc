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

namespace {

// Its functions are the caller's of each call: a stored one would keep a cycle alive.
class FollowHandle : public Napi::ObjectWrap<FollowHandle>, private Sink {
 public:
  static Napi::FunctionReference& constructor() {
    static Napi::FunctionReference* c = new Napi::FunctionReference;  // the process's, never freed after its env
    return *c;
  }
  explicit FollowHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FollowHandle>(info) {
    need(info, 1);
    int status = 0;
    During during(*this, info, 1);
    reader_ = FollowReader::open(read_options_of(info[0].As<Napi::Object>()), *this, &status);
    if (reader_) return;
    Napi::Error error = Napi::Error::New(info.Env(), "");
    error.Set("status", Napi::Number::New(info.Env(), status));
    throw error;
  }
  Napi::Value step(const Napi::CallbackInfo& info) {
    need(info, 0);
    During during(*this, info, 0);
    return Napi::Boolean::New(info.Env(), reader_->step());
  }
  Napi::Value finish(const Napi::CallbackInfo& info) {
    need(info, 0);
    During during(*this, info, 0);
    return Napi::Number::New(info.Env(), reader_->finish());
  }

 private:
  struct During {
    During(FollowHandle& h, const Napi::CallbackInfo& info, size_t at)
        : handle(h), sink(info.Env(), info[at].As<Napi::Function>(), info[at + 1].As<Napi::Function>()) {
      handle.to_ = &sink;
    }
    ~During() { handle.to_ = nullptr; }
    FollowHandle& handle;
    JsSink sink;
  };
  bool write(std::string_view chunk) override { return to_->write(chunk); }
  void warn(std::string_view line) override { to_->warn(line); }

  JsSink* to_ = nullptr;
  std::unique_ptr<FollowReader> reader_;
};

}  // namespace

void define_follow(Napi::Env env) {
  using H = FollowHandle;
  Napi::Function f = H::DefineClass(env, "NativeFollow", {H::InstanceMethod("step", &H::step), H::InstanceMethod("finish", &H::finish)});
  H::constructor() = Napi::Persistent(f);
}

Napi::Value follow(const Napi::CallbackInfo& info) {
  need(info, 1);
  return FollowHandle::constructor().New({info[0], info[1], info[2]});
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
