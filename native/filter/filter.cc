#include "filter/filter.h"

#include "filter/check.h"
#include "filter/parser.h"
#include "filter/program.h"

namespace strato::filter {

Filter::Filter(std::string_view text) : text_(text), program_(std::make_unique<Program>()) {}
Filter::~Filter() = default;

std::unique_ptr<Filter> Filter::compile(std::string_view text, const Registry& registry, Message* error,
                                        std::vector<Message>* warnings) {
  std::unique_ptr<Filter> f(new Filter(text));
  Program& p = *f->program_;
  Parsed parsed = parse(f->text_);
  Message why;
  bool good = parsed.errors.empty();
  if (!good) why = parsed.errors.front();
  if (good && parsed.root) {
    good = check(*parsed.root, f->text_, registry, p, &why);
    p.tree = explain_tree(*parsed.root);
  }
  p.blank = good && !parsed.root;
  p.tokens = std::move(parsed.tokens);
  if (warnings) *warnings = p.warnings;
  if (good) return f;
  if (error) *error = std::move(why);
  return nullptr;
}

bool Filter::matches(const Ctx& c) const { return program_->blank || run(*program_, c); }
const FieldSet& Filter::fields() const { return program_->fields; }
const std::vector<const FieldDef*>& Filter::field_list() const { return program_->field_list; }
bool Filter::matches_all() const { return program_->blank; }
std::string Filter::explain() const { return explain_program(*program_); }

}  // namespace strato::filter
