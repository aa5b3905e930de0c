// From JavaScript objects to the engine's option structs. Every property is optional and checked for its type.
#pragma once
#include <napi.h>

#include <string>
#include <vector>

#include "engine/live_options.h"
#include "engine/read.h"
#include "packet/session.h"

namespace strato::binding {

std::string string_of(const Napi::Object& o, const char* key, const char* otherwise = "");
bool bool_of(const Napi::Object& o, const char* key);
uint32_t uint_of(const Napi::Object& o, const char* key);
std::vector<std::string> strings_of(const Napi::Object& o, const char* key);
/// An argument that must be a string; throws Napi::TypeError when it is none.
std::string text_arg(const Napi::CallbackInfo& info, size_t i);
/// JSON text to an object, by the JavaScript engine's own parser; throws Napi::Error when it is no object.
Napi::Object parse_json(Napi::Env env, const std::string& text);
/// EngineSettings of src/contract/capture.ts.
Settings settings_of(const Napi::Object& o);
/// EngineSettings.unpackLimit, 0 where it is not given or no number of bytes.
uint64_t unpack_limit_of(const Napi::Object& settings);
/// WriteOptions of src/contract/read.ts.
WriteOptions write_options_of(const Napi::Object& o);
/// ReadOptions of src/contract/read.ts.
ReadOptions read_options_of(const Napi::Object& o);
/// LiveOptions of src/contract/live.ts.
LiveOptions live_options_of(const Napi::Object& o);
/// LivePoint of src/contract/live.ts.
LivePoint live_point_of(const Napi::Object& o);
/// The flows of FlowsLeftOut of src/contract/live.ts.
std::vector<FlowEnds> flow_ends_of(const Napi::Object& o);

}  // namespace strato::binding
