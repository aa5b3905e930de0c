// The calls of NativeCapture that follow streams, save packets and take users' changes.
#include "binding/capture_handle.h"
#include "binding/convert.h"
#include "binding/workers.h"

namespace strato::binding {
namespace {

Napi::Object object_arg(const Napi::CallbackInfo& info, size_t i) {
  if (info.Length() <= i || !info[i].IsObject()) throw Napi::TypeError::New(info.Env(), "expected an object");
  return info[i].As<Napi::Object>();
}

double number_of(const Napi::Object& o, const char* key) {
  Napi::Value v = o.Get(key);
  double n = v.IsNumber() ? v.As<Napi::Number>().DoubleValue() : 0;
  return n >= 0 && n < 9e15 ? n : 0;
}

int side_of(const Napi::Object& o) {
  Napi::Value v = o.Get("side");
  int side = v.IsNumber() ? v.As<Napi::Number>().Int32Value() : -1;
  return side == 0 || side == 1 ? side : -1;
}

FollowView view_of(const Napi::Object& o) {
  FollowView v;
  Napi::Value given = o.Get("view");
  if (!given.IsObject()) return v;
  Napi::Object w = given.As<Napi::Object>();
  v.kind = string_of(w, "kind") == "bytes" ? FollowView::Kind::Bytes : FollowView::Kind::Text;
  v.width = std::min(256u, std::max(8u, uint_of(w, "width")));
  v.side = side_of(w);
  return v;
}

Napi::Value text_promise(Napi::Env env, std::function<std::string(std::string*)> work) {
  auto text = std::make_shared<std::string>();
  return PromiseWorker::run(env, [=](std::string* e) { *text = work(e); },
                            [text](Napi::Env e) -> Napi::Value { return Napi::String::New(e, *text); });
}

Napi::Value number_promise(Napi::Env env, std::function<int64_t(std::string*)> work) {
  auto n = std::make_shared<int64_t>(-1);
  return PromiseWorker::run(env, [=](std::string* e) { *n = work(e); }, [n](Napi::Env e) -> Napi::Value {
    return Napi::Number::New(e, static_cast<double>(*n));
  });
}

}  // namespace

Napi::Value CaptureHandle::follow_offers(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  uint32_t frame = info.Length() ? info[0].ToNumber().Uint32Value() : 0;
  return text_promise(info.Env(), [=](std::string*) { return d->follow_offers(frame); });
}

Napi::Value CaptureHandle::follow(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  std::string layer = string_of(o, "layer");
  uint32_t stream = uint_of(o, "stream");
  return text_promise(info.Env(), [=](std::string* e) { return d->follow(layer, stream, e); });
}

Napi::Value CaptureHandle::follow_rows(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  uint32_t id = uint_of(o, "id"), count = uint_of(o, "count");
  FollowView view = view_of(o);
  auto from = static_cast<uint64_t>(number_of(o, "from"));
  auto page = std::make_shared<Document::FollowPage>();
  return PromiseWorker::run(
      info.Env(), [=](std::string* e) { d->follow_rows(id, view, from, count, page.get(), e); },
      [page](Napi::Env env) -> Napi::Value {
        Napi::Object result = Napi::Object::New(env);
        result.Set("json", Napi::String::New(env, page->json));
        Napi::Uint8Array bytes = Napi::Uint8Array::New(env, page->bytes.size());
        if (!page->bytes.empty()) memcpy(bytes.Data(), page->bytes.data(), page->bytes.size());
        result.Set("bytes", bytes);
        return result;
      });
}

Napi::Value CaptureHandle::follow_find(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  uint32_t id = uint_of(o, "id");
  bool any_case = bool_of(o, "anyCase");
  int side = side_of(o);
  auto from = static_cast<uint64_t>(number_of(o, "from"));
  std::string what;
  if (Napi::Value v = o.Get("what"); v.IsTypedArray()) {
    auto bytes = v.As<Napi::Uint8Array>();
    what.assign(reinterpret_cast<const char*>(bytes.Data()), bytes.ByteLength());
  }
  return number_promise(info.Env(), [=](std::string* e) { return d->follow_find(id, what, any_case, side, from, e); });
}

Napi::Value CaptureHandle::follow_row_of(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  uint32_t id = uint_of(o, "id");
  FollowView view = view_of(o);
  auto offset = static_cast<uint64_t>(number_of(o, "offset"));
  return number_promise(info.Env(), [=](std::string* e) { return d->follow_row_of(id, view, offset, e); });
}

Napi::Value CaptureHandle::follow_save(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  uint32_t id = uint_of(o, "id");
  int fd = static_cast<int>(uint_of(o, "fd")), side = side_of(o);
  return text_promise(info.Env(), [=](std::string* e) {
    d->follow_save(id, side, fd, e);
    return std::string();
  });
}

Napi::Value CaptureHandle::follow_close(const Napi::CallbackInfo& info) {
  doc(info.Env())->follow_close(info.Length() ? info[0].ToNumber().Uint32Value() : 0);
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::set_edit(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  std::optional<std::vector<std::string>> comments;
  std::optional<bool> marked;
  if (o.Get("comments").IsArray()) comments = strings_of(o, "comments");
  if (o.Get("marked").IsBoolean()) marked = bool_of(o, "marked");
  d->set_edit(uint_of(o, "frame"), std::move(comments), marked);
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::save(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  Napi::Object o = object_arg(info, 0);
  Document::SaveRequest r;
  r.write = write_options_of(o);
  r.which = string_of(o, "which");
  r.view = uint_of(o, "view");
  if (Napi::Value v = o.Get("ranges"); v.IsArray()) {
    Napi::Array a = v.As<Napi::Array>();
    for (uint32_t i = 0; i < a.Length(); i++) {
      Napi::Value e = a.Get(i);
      if (!e.IsArray()) continue;
      Napi::Array pair = e.As<Napi::Array>();
      r.ranges.emplace_back(pair.Get(0u).ToNumber().Uint32Value(), pair.Get(1u).ToNumber().Uint32Value());
    }
  }
  auto progress = string_callback(info, 1, "onProgress");
  return text_promise(info.Env(), [=](std::string* e) { return d->save(r, progress, e); });
}

Napi::Value CaptureHandle::save_cancel(const Napi::CallbackInfo& info) {
  doc(info.Env())->save_cancel();
  return info.Env().Undefined();
}

Napi::Value CaptureHandle::marked(const Napi::CallbackInfo& info) {
  auto d = doc(info.Env());
  return text_promise(info.Env(), [=](std::string*) { return d->marked(); });
}

}  // namespace strato::binding
