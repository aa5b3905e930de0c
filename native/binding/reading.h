// The command line's calls: read(), follow(), matchFilters().
#pragma once
#include <napi.h>

namespace strato::binding {

/// follow(): a NativeFollow.
void define_follow(Napi::Env env);
Napi::Value follow(const Napi::CallbackInfo& info);
Napi::Value read(const Napi::CallbackInfo& info);
Napi::Value match_filters(const Napi::CallbackInfo& info);

}  // namespace strato::binding
