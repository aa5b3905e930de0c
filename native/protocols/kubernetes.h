// "Kubernetes Metadata": who sent a packet and to whom, from what the file says beside its packets.
#pragma once
#include "packet/context.h"

namespace strato::protocols {

/// Called where a packet's layers are known; adds nothing where nothing is known of it.
void add_kubernetes(Ctx& c, Item root);

/// What a custom block of ours holds, nullptr where it is another's; data from behind its enterprise number.
const char* kubernetes_block_name(std::string_view data);

}  // namespace strato::protocols
