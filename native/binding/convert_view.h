// From JavaScript objects to what a view of a document is asked for. Every property is optional and checked.
#pragma once
#include <napi.h>

#include "binding/convert.h"
#include "engine/document.h"

namespace strato::binding {

/// RowLook of src/contract/viewing.ts.
LookRequest look_request_of(const Napi::Object& o);
/// RowOrder of src/contract/viewing.ts.
OrderRequest order_request_of(const Napi::Object& o);
/// FindRequest of src/contract/viewing.ts: what is looked for, and from where.
FindRequest find_request_of(const Napi::Object& o);
Document::FindFrom find_from_of(const Napi::Object& o);

}  // namespace strato::binding
