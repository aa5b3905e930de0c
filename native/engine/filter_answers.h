// What is said of a filter's text, without a capture.
#pragma once
#include <string>

namespace strato {

/// FilterCheck of src/contract/capture.ts as JSON; positions are UTF-16 units, as JavaScript counts.
std::string check_filter_json(const std::string& text);
/// The stages of its compilation as text; empty with *error when it is not valid.
std::string explain_filter(const std::string& text, std::string* error);

}  // namespace strato
