#include "binding/capture_handle.h"

#include "binding/convert_view.h"
#include "binding/workers.h"

namespace strato::binding {
namespace {

uint32_t uint_arg(const Napi::CallbackInfo& info, size_t i) {
  return info.Length() > i && info[i].IsNumber() ? info[i].As<Napi::Number>().Uint32Value() : 0;
}
bool bool_arg(const Napi::CallbackInfo& info, size_t i) {
  return info.Length() > i && info[i].IsBoolean() && info[i].As<Napi::Boolean>().Value();
}

Napi::Value json_promise(Napi::Env env, std::function<std::string(std::string*)> work) {
  auto text = std::make_shared<std::string>();
  return PromiseWorker::run(
      env, [text, work](std::string* error) { *text = work(error); },
      [text](Napi::Env e) -> Napi::Value { return Napi::String::New(e, *text); });
}

Napi::FunctionReference& constructor() {
  static Napi::FunctionReference* c = new Napi::FunctionReference;  // the process's, never freed after its env
  return *c;
}

Napi::Object json_arg(const Napi::CallbackInfo& info, size_t i) {
  if (info.Length() <= i || !info[i].IsString()) throw Napi::TypeError::New(info.Env(), "expected JSON text");
  return parse_json(info.Env(), info[i].As<Napi::String>().Utf8Value());
}

}  // namespace

Napi::Function CaptureHandle::define(Napi::Env env) {
  Napi::Function f = DefineClass(
      env, "NativeCapture",
      {InstanceMethod("index", &CaptureHandle::index), InstanceMethod("status", &CaptureHandle::status),
       InstanceMethod("rows", &CaptureHandle::rows), InstanceMethod("packet", &CaptureHandle::packet),
       InstanceMethod("rowOf", &CaptureHandle::row_of), InstanceMethod("filter", &CaptureHandle::filter),
       InstanceMethod("setLook", &CaptureHandle::set_look), InstanceMethod("find", &CaptureHandle::find),
       InstanceMethod("cancelFind", &CaptureHandle::cancel_find), InstanceMethod("sort", &CaptureHandle::sort),
       InstanceMethod("cancelSort", &CaptureHandle::cancel_sort),
       InstanceMethod("refresh", &CaptureHandle::refresh), InstanceMethod("cancel", &CaptureHandle::cancel),
       InstanceMethod("fieldValues", &CaptureHandle::field_values),
       InstanceMethod("conversations", &CaptureHandle::conversations),
       InstanceMethod("followOffers", &CaptureHandle::follow_offers), InstanceMethod("follow", &CaptureHandle::follow),
       InstanceMethod("followRows", &CaptureHandle::follow_rows), InstanceMethod("followFind", &CaptureHandle::follow_find),
       InstanceMethod("followRowOf", &CaptureHandle::follow_row_of),
       InstanceMethod("followSave", &CaptureHandle::follow_save),
       InstanceMethod("followClose", &CaptureHandle::follow_close), InstanceMethod("setEdit", &CaptureHandle::set_edit),
       InstanceMethod("save", &CaptureHandle::save), InstanceMethod("saveCancel", &CaptureHandle::save_cancel),
       InstanceMethod("marked", &CaptureHandle::marked),
       InstanceMethod("close", &CaptureHandle::close)});
  constructor() = Napi::Persistent(f);
  return f;
}

CaptureHandle::CaptureHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<CaptureHandle>(info) {
  if (info.Length() != 1 || !info[0].IsExternal())
    throw Napi::TypeError::New(info.Env(), "A capture is made by open().");
  doc_.reset(info[0].As<Napi::External<std::unique_ptr<Document>>>().Data()->release());
  stop_at_exit(info.Env(), doc_);
}

CaptureHandle::~CaptureHandle() = default;

Napi::Object CaptureHandle::make(Napi::Env env, std::unique_ptr<Document> doc) {
  return constructor().New({Napi::External<std::unique_ptr<Document>>::New(env, &doc)});
}

std::shared_ptr<Document> CaptureHandle::doc(Napi::Env env) const {
  if (!doc_) throw Napi::Error::New(env, "The capture is closed.");
  return doc_;
}

Napi::Value CaptureHandle::index(const Napi::CallbackInfo& info) {
  doc(info.Env())->index(string_callback(info, 0, "onStatus"));
  // a worker thread's environment can end without the process's "exit" event
  at_end_ = std::make_unique<EnvHook>(info.Env(), [d = doc_] { d->stop(); });
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::status(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), doc(info.Env())->status());
}

Napi::Value CaptureHandle::rows(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  uint32_t from = uint_arg(info, 0), count = uint_arg(info, 1), view = uint_arg(info, 3);
  bool filtered = bool_arg(info, 2);
  return json_promise(info.Env(), [=](std::string*) { return d->rows(from, count, filtered, view); });
}

Napi::Value CaptureHandle::packet(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  uint32_t frame = uint_arg(info, 0);
  auto detail = std::make_shared<Document::Detail>();
  return PromiseWorker::run(
      info.Env(),
      [=](std::string* error) {
        if (!d->packet(frame, detail.get())) *error = "There is no packet of that number in this capture (yet).";
      },
      [detail](Napi::Env env) -> Napi::Value {
        Napi::Object o = Napi::Object::New(env);
        o.Set("json", Napi::String::New(env, detail->json));
        Napi::Array sources = Napi::Array::New(env, detail->sources.size());
        for (uint32_t i = 0; i < detail->sources.size(); i++) {
          const std::string& s = detail->sources[i];
          Napi::Uint8Array bytes = Napi::Uint8Array::New(env, s.size());
          if (!s.empty()) memcpy(bytes.Data(), s.data(), s.size());
          sources.Set(i, bytes);
        }
        o.Set("sources", sources);
        return o;
      });
}

Napi::Value CaptureHandle::row_of(const Napi::CallbackInfo& info) {
  int64_t row = doc(info.Env())->row_of(uint_arg(info, 0), bool_arg(info, 1), uint_arg(info, 2));
  return Napi::Number::New(info.Env(), static_cast<double>(row));
}

Napi::Value CaptureHandle::filter(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  std::string text = info.Length() > 0 && info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
  auto progress = string_callback(info, 1, "onProgress");
  uint32_t view = uint_arg(info, 2);
  const bool extend = bool_arg(info, 3);
  return json_promise(info.Env(), [=](std::string* error) { return d->filter(text, view, extend, progress, error); });
}

Napi::Value CaptureHandle::field_values(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  std::string name = info.Length() > 0 && info[0].IsString() ? info[0].As<Napi::String>().Utf8Value() : "";
  uint32_t packets = uint_arg(info, 1), milliseconds = uint_arg(info, 2);
  return json_promise(info.Env(), [=](std::string*) { return d->field_values(name, packets, milliseconds); });
}

Napi::Value CaptureHandle::conversations(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  return json_promise(info.Env(), [=](std::string*) { return d->conversations(); });
}

Napi::Value CaptureHandle::set_look(const Napi::CallbackInfo& info) {
  LookRequest request = look_request_of(json_arg(info, 0));
  return Napi::String::New(info.Env(), doc(info.Env())->set_look(uint_arg(info, 1), std::move(request)));
}

Napi::Value CaptureHandle::find(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = json_arg(info, 0);
  FindRequest request = find_request_of(o);
  Document::FindFrom from = find_from_of(o);
  auto progress = string_callback(info, 1, "onProgress");
  from.view = uint_arg(info, 2);
  return json_promise(info.Env(), [=](std::string* error) { return d->find(request, from, progress, error); });
}

Napi::Value CaptureHandle::cancel_find(const Napi::CallbackInfo& info) {
  doc(info.Env())->cancel_find(uint_arg(info, 0));
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::sort(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  OrderRequest request = order_request_of(json_arg(info, 0));
  auto progress = string_callback(info, 1, "onProgress");
  uint32_t view = uint_arg(info, 2);
  auto done = std::make_shared<bool>(false);
  return PromiseWorker::run(
      info.Env(), [=](std::string* error) { *done = d->sort(request, view, progress, error); },
      [done](Napi::Env e) -> Napi::Value { return Napi::Boolean::New(e, *done); });
}

Napi::Value CaptureHandle::cancel_sort(const Napi::CallbackInfo& info) {
  doc(info.Env())->cancel_sort(uint_arg(info, 0));
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::refresh(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  return json_promise(info.Env(), [=](std::string*) { return d->refresh(); });
}

Napi::Value CaptureHandle::cancel(const Napi::CallbackInfo& info) {
  doc(info.Env())->cancel();
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::close(const Napi::CallbackInfo& info) {
  if (doc_) doc_->cancel();
  at_end_.reset();
  doc_.reset();  // workers still running hold it until they end
  return info.Env().Undefined();
}

}  // namespace strato::binding
