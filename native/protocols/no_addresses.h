// Links without addresses of their own.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// The columns say so until a network layer fills them.
inline void no_addresses(Ctx& c) {
  c.src.type = c.dst.type = Address::Type::Text;
  c.src.text = c.dst.text = "N/A";
}

}  // namespace strato::protocols
