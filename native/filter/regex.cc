#include "filter/regex.h"

#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

namespace strato::filter {
namespace {

// Room for one match, per thread: pcre2_match_data is written to by every match.
struct MatchRoom {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  MatchRoom() {
    if (!context) return;
    pcre2_set_match_limit(context, Regex::kMatchLimit);
    pcre2_set_heap_limit(context, Regex::kHeapLimitKiB);
  }
  ~MatchRoom() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
};

}  // namespace

std::unique_ptr<Regex> Regex::compile(std::string_view pattern, std::string* why, size_t* offset) {
  int code = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                       PCRE2_CASELESS | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, nullptr);
  if (compiled) return std::unique_ptr<Regex>(new Regex(compiled));
  PCRE2_UCHAR text[256];
  if (pcre2_get_error_message(code, text, sizeof text) < 0) text[0] = 0;
  *why = reinterpret_cast<const char*>(text);
  *offset = at;
  return nullptr;
}

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

bool Regex::matches(std::string_view subject) const {
  thread_local MatchRoom room;
  if (!room.data || !room.context) return false;
  const char* p = subject.data() ? subject.data() : "";
  return pcre2_match(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(p), subject.size(), 0, 0, room.data,
                     room.context) >= 0;
}

}  // namespace strato::filter
