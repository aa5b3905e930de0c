// Doing something in another network namespace, such as a pod's.
#pragma once
#include <functional>
#include <string>

namespace strato::live {

/// Runs `work` on a thread of its own that is in the namespace of `path` (/proc/PID/ns/net, /run/netns/NAME; '' is the
/// caller's own) and waits for it. Sockets opened there stay in that namespace. False: *error is one sentence.
bool in_network_namespace(const std::string& path, const std::function<void()>& work, std::string* error);

}  // namespace strato::live
