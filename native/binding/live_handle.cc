#include "binding/live_handle.h"

#include "binding/convert.h"
#include "binding/workers.h"

namespace strato::binding {
namespace {

Napi::FunctionReference& constructor() {
  static Napi::FunctionReference* c = new Napi::FunctionReference;  // the process's, never freed after its env
  return *c;
}

Napi::Error error_of(Napi::Env env, const LiveError& why) {
  Napi::Error error = Napi::Error::New(env, why.text);
  error.Set("code", Napi::String::New(env, why.code));
  error.Set("start", Napi::Number::New(env, why.start));
  error.Set("length", Napi::Number::New(env, why.length));
  return error;
}

std::vector<uint8_t> block_arg(const Napi::CallbackInfo& info, size_t i) {
  // 12: the least there is of a block.
  if (info.Length() <= i || !info[i].IsTypedArray() || info[i].As<Napi::TypedArray>().ByteLength() < 12)
    throw Napi::TypeError::New(info.Env(), "A whole block is wanted as a Uint8Array.");
  const auto block = info[i].As<Napi::Uint8Array>();
  return {block.Data(), block.Data() + block.ByteLength()};
}

}  // namespace

Napi::Function LiveHandle::define(Napi::Env env) {
  Napi::Function f = DefineClass(env, "NativeLiveCapture",
                                 {InstanceMethod("run", &LiveHandle::run), InstanceMethod("stop", &LiveHandle::stop),
                                  InstanceMethod("add", &LiveHandle::add), InstanceMethod("retire", &LiveHandle::retire),
                                  InstanceMethod("note", &LiveHandle::note), InstanceMethod("keep", &LiveHandle::keep),
                                  InstanceMethod("leaveOut", &LiveHandle::leave_out),
                                  InstanceMethod("remark", &LiveHandle::remark), InstanceMethod("finish", &LiveHandle::finish)});
  constructor() = Napi::Persistent(f);
  return f;
}

LiveHandle::LiveHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<LiveHandle>(info) {
  if (info.Length() != 1 || !info[0].IsExternal())
    throw Napi::TypeError::New(info.Env(), "A live capture is made by openLive().");
  capture_.reset(info[0].As<Napi::External<std::unique_ptr<LiveCapture>>>().Data()->release());
}

Napi::Object LiveHandle::make(Napi::Env env, LiveOptions options) {
  LiveError why;
  std::unique_ptr<LiveCapture> capture = LiveCapture::open(std::move(options), &why);
  if (!capture) throw error_of(env, why);
  return constructor().New({Napi::External<std::unique_ptr<LiveCapture>>::New(env, &capture)});
}

std::shared_ptr<LiveCapture> LiveHandle::capture_of(Napi::Env env, const Napi::Value& value) {
  if (value.IsUndefined()) return nullptr;
  if (!value.IsObject() || !value.As<Napi::Object>().InstanceOf(constructor().Value()))
    throw Napi::TypeError::New(env, "A capture of openLive() is wanted.");
  return Unwrap(value.As<Napi::Object>())->capture_;
}

Napi::Value LiveHandle::run(const Napi::CallbackInfo& info) {
  auto capture = capture_;
  auto report = string_callback(info, 0, "onStatus");
  auto last = std::make_shared<std::string>();
  return PromiseWorker::run(
      info.Env(), [=](std::string*) { *last = capture->run(report); },
      [last](Napi::Env env) -> Napi::Value { return Napi::String::New(env, *last); });
}

Napi::Value LiveHandle::add(const Napi::CallbackInfo& info) {
  LiveError why;
  if (!capture_->add(live_point_of(parse_json(info.Env(), text_arg(info, 0))), &why)) throw error_of(info.Env(), why);
  return info.Env().Undefined();
}

Napi::Value LiveHandle::retire(const Napi::CallbackInfo& info) {
  capture_->retire(text_arg(info, 0));
  return info.Env().Undefined();
}

Napi::Value LiveHandle::leave_out(const Napi::CallbackInfo& info) {
  const Napi::Object o = parse_json(info.Env(), text_arg(info, 0));
  capture_->leave_out(string_of(o, "key"), flow_ends_of(o), bool_of(o, "out"));
  return info.Env().Undefined();
}

Napi::Value LiveHandle::remark(const Napi::CallbackInfo& info) {
  capture_->remark(live::flows_of_lines(text_arg(info, 1)), text_arg(info, 0));
  return info.Env().Undefined();
}

Napi::Value LiveHandle::note(const Napi::CallbackInfo& info) {
  capture_->note(block_arg(info, 0));
  return info.Env().Undefined();
}

Napi::Value LiveHandle::keep(const Napi::CallbackInfo& info) {
  const std::string key = text_arg(info, 0);
  if (key.empty()) throw Napi::TypeError::New(info.Env(), "A kept block needs a key.");
  capture_->keep(key, block_arg(info, 1));
  return info.Env().Undefined();
}

Napi::Value LiveHandle::finish(const Napi::CallbackInfo& info) {
  capture_->finish();
  return info.Env().Undefined();
}

Napi::Value LiveHandle::stop(const Napi::CallbackInfo& info) {
  capture_->stop();
  return info.Env().Undefined();
}

}  // namespace strato::binding
