// The command line's calls: read(), matchFilters().
#pragma once
#include <napi.h>

namespace strato::binding {

Napi::Value read(const Napi::CallbackInfo& info);
Napi::Value match_filters(const Napi::CallbackInfo& info);

}  // namespace strato::binding
