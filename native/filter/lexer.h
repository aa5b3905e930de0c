// Filter text to tokens with byte positions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filter/filter.h"

namespace strato::filter {

struct OperatorRow;

enum class Tok : uint8_t {
  End, Word, Name,       // Name: ".tcp.port", certainly a field
  Text, Char, Ref,       // "quoted" or r"raw", 'c', ${field}
  Index,                 // what stands between the commas of [ … ], untouched
  Op, Hash, At, Comma, DotDot, LParen, RParen, LBrace, RBrace, LBracket, RBracket,
  Bad,                   // cannot begin a token; a message says why
};

struct Token {
  Tok kind = Tok::End;
  uint32_t start = 0, end = 0;
  std::string text;                 // decoded where quoted, otherwise as written
  const OperatorRow* op = nullptr;  // Tok::Op
};

/// Tokens of text, the last one Tok::End. After the first error (appended to errors) the list ends early.
std::vector<Token> lex(std::string_view text, std::vector<Message>& errors);
const char* token_kind_name(Tok t);

}  // namespace strato::filter
