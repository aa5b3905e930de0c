#pragma once
#include <cstddef>

#include "filter/known_names.h"

namespace strato::filter {

extern const KnownName kKnownNames[];
extern const size_t kKnownNameCount;

}  // namespace strato::filter
