// Syntax tree to program: names looked up, types held against each other, literals converted.
#pragma once
#include <string_view>

#include "filter/ast.h"
#include "filter/program.h"
#include "packet/registry.h"

namespace strato::filter {

/// Fills p. False with *error on the first thing that is wrong; warnings go to p.warnings.
bool check(const AstNode& root, std::string_view text, const Registry& registry, Program& p, Message* error);

}  // namespace strato::filter
