#include "engine/filter_answers.h"

#include <memory>

#include "engine/json_writer.h"
#include "filter/filter.h"
#include "packet/registry.h"

namespace strato {
namespace {

// Positions are bytes of UTF-8 inside.
uint32_t utf16_at(const std::string& text, uint32_t byte) {
  uint32_t units = 0;
  for (uint32_t i = 0; i < byte && i < text.size(); i++) {
    unsigned char c = static_cast<unsigned char>(text[i]);
    if ((c & 0xc0) != 0x80) units += c >= 0xf0 ? 2 : 1;
  }
  return units;
}

void message(JsonWriter& j, const std::string& text, const filter::Message& m) {
  j.open_object().key("start").number(utf16_at(text, m.start)).key("end").number(utf16_at(text, m.end));
  j.key("message").string(m.text).key("code").string(m.code);
  if (!m.replacement.empty()) j.key("replacement").string(m.replacement);
  j.close_object();
}

}  // namespace

std::string check_filter_json(const std::string& text) {
  filter::Message error;
  std::vector<filter::Message> warnings;
  auto f = filter::Filter::compile(text, Registry::get(), &error, &warnings);
  Text out;
  JsonWriter j(out);
  j.open_object().key("ok").boolean(f != nullptr);
  if (f) {
    j.key("warnings").open_array();
    for (const filter::Message& w : warnings) message(j, text, w);
    j.close_array();
  } else {
    j.key("error");
    message(j, text, error);
  }
  j.close_object();
  return out.take();
}

std::string explain_filter(const std::string& text, std::string* error) {
  filter::Message message;
  std::vector<filter::Message> warnings;
  auto f = filter::Filter::compile(text, Registry::get(), &message, &warnings);
  if (f) return f->explain();
  *error = message.text;
  return {};
}

}  // namespace strato
