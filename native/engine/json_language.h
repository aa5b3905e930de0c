// The filter language's tables as JSON: what completion, hover and signatures are made of.
#pragma once
#include "base/text.h"

namespace strato {

/// LanguageTables of src/contract/language.ts.
void json_language(Text& out);

}  // namespace strato
