#include <algorithm>
#include <bit>

#include "packet/builtin.h"
#include "packet/context.h"

namespace strato {
namespace {

uint64_t masked(const FieldDef& f, uint64_t v) { return f.mask ? (v & f.mask) >> f.shift : v; }

int64_t sign_extend(uint64_t v, uint32_t len) {
  uint32_t bits = len * 8;
  return bits >= 64 ? static_cast<int64_t>(v) : static_cast<int64_t>(v << (64 - bits)) >> (64 - bits);
}

Value read(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len, bool le) {
  switch (f.type) {
    case FT::None: return Value();
    case FT::Protocol: return Value::of_s(b.rest(off));  // with its payload: what filters search in
    case FT::AbsTime: case FT::RelTime: return Value::of_i(0);  // encodings differ: use Item::i
    case FT::String: {  // text ends at a NUL, as users of C strings see it
      std::string_view t = b.str(off, len);
      return Value::of_s(t.substr(0, std::min(t.find('\0'), t.size())));
    }
    case FT::Bytes: case FT::UintBytes: case FT::Guid: case FT::Oid: case FT::Eui64:
      return Value::of_s(b.str(off, len));
    case FT::Ether: return Value::of_s(b.str(off, 6));
    case FT::IPv6: return Value::of_s(b.str(off, 16));
    case FT::IPv4: return Value::of_u(b.u32(off));
    case FT::Float: return Value::of_d(std::bit_cast<float>(le ? b.le32(off) : b.u32(off)));
    case FT::Double: return Value::of_d(std::bit_cast<double>(le ? b.le64(off) : b.u64(off)));
    default: break;
  }
  uint32_t n = std::min<uint32_t>(len, 8);
  uint64_t v = masked(f, le ? b.le(off, n) : b.be(off, n));
  return is_int(f.type) ? Value::of_i(sign_extend(v, n)) : Value::of_u(v);
}

}  // namespace

Item Item::put(const FieldDef& f, Value v, const Buf& b, uint32_t off, uint32_t len) const {
  Tree& t = c_->tree;
  if (!t.wants(f)) return ghost();
  uint32_t i = t.append(i_, &f, v, b, off, len);
  if (i == kNoNode) return ghost();
  if (c_->current) t.at(i).layer = static_cast<uint16_t>(c_->nth(*f.proto) + 1);
  return Item(c_, i);
}

Item Item::read_and_put(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len) const {
  return put(f, read(f, b, off, len, false), b, off, len);
}

Item Item::le(const FieldDef& f, const Buf& b, uint32_t off, uint32_t len) const {
  if (!c_) {
    b.need(off, len);
    return *this;
  }
  return put(f, read(f, b, off, len, true), b, off, len);
}

Item Item::text(const Buf& b, uint32_t off, uint32_t len, const char* f, ...) const {
  if (!c_) return *this;
  if (!c_->tree.full()) return ghost();
  uint32_t i = c_->tree.append(i_, nullptr, Value(), b, off, len);
  if (i == kNoNode) return ghost();
  Item it(c_, i);
  va_list ap;
  va_start(ap, f);
  Text t;
  t.vfmt(f, ap);
  va_end(ap);
  return it.label_text(t.view());
}

Item& Item::gen() {
  if (*this) c_->tree.at(i_).flags |= Node::kGenerated;
  return *this;
}

Item& Item::hide() {
  if (*this) c_->tree.at(i_).flags |= Node::kHidden;
  return *this;
}

Item& Item::set_len(uint32_t len) {
  if (!*this || i_ == kNoNode) return *this;
  Node& n = c_->tree.at(i_);
  if (n.field && n.field->type == FT::Protocol && len < n.len) n.flags |= Node::kWhole;
  n.len = len;
  return *this;
}

Item& Item::label_text(std::string_view s) {
  if (!*this || i_ == kNoNode) return *this;
  std::string_view k = c_->arena.copy(s);
  Node& n = c_->tree.at(i_);
  n.label = k.data();
  n.label_len = static_cast<uint32_t>(k.size());
  n.flags |= Node::kLabel;
  return *this;
}

Item& Item::label(const char* f, ...) {
  if (!*this || i_ == kNoNode || !c_->tree.full()) return *this;
  va_list ap;
  va_start(ap, f);
  Text t;
  t.vfmt(f, ap);
  va_end(ap);
  return label_text(t.view());
}

Item& Item::append_text(std::string_view s) {
  if (!*this || i_ == kNoNode || !c_->tree.full()) return *this;
  Text t;
  print_label(c_->tree.at(i_), t);
  t << s;
  return label_text(t.view());
}

Item& Item::append(const char* f, ...) {
  if (!*this || i_ == kNoNode || !c_->tree.full()) return *this;
  va_list ap;
  va_start(ap, f);
  Text t;
  t.vfmt(f, ap);
  va_end(ap);
  return append_text(t.view());
}

Item Item::expert(const ExpertDef& e, std::string_view text) const {
  if (!c_) return *this;
  if (text.empty()) text = e.label;
  else text = c_->keep(text);
  Tree& t = c_->tree;
  for (uint32_t n = i_; n != kNoNode; n = t.at(n).parent)
    t.at(n).severity = std::max(t.at(n).severity, static_cast<uint32_t>(e.severity));
  return add_expert(*this, e, text);
}

}  // namespace strato
