#include "engine/row_order.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace strato {
namespace {

// Doubles as whole numbers in the same order (IEEE 754).
uint64_t ordered(double d) {
  auto bits = std::bit_cast<uint64_t>(d);
  return bits >> 63 ? ~bits : bits | 1ull << 63;
}

}  // namespace

uint32_t RowOrder::row_of(uint32_t frame) const {
  return mirrored(static_cast<uint32_t>(std::find(frames_.begin(), frames_.end(), frame) - frames_.begin()));
}

std::unique_ptr<OrderKeys> OrderKeys::make(const OrderRequest& r, TimeFormat time, std::string* error) {
  using By = OrderRequest::By;
  std::unique_ptr<OrderKeys> k(new OrderKeys(r, time));
  k->dissects_ = r.by != By::Number && r.by != By::Time && r.by != By::Length;
  k->want_.columns = r.by == By::Protocol || r.by == By::Info;
  if (r.by != By::Field) return k;
  LookRequest look;
  look.fields.push_back(r.field);
  std::vector<Look::Problem> problems;
  k->look_ = std::make_unique<Look>(std::move(look), &problems);
  if (!problems.empty()) {
    *error = problems.front().text;
    return nullptr;
  }
  k->want_.tree = true;
  k->want_.fields = k->look_->fields();
  return k;
}

void OrderKeys::text(uint32_t frame, std::string_view s) {
  if (s.empty()) {
    keys_.push_back({0, frame, Kind::None});
    return;
  }
  auto [it, fresh] = texts_.try_emplace(std::string(s), texts_.size());
  if (fresh) text_bytes_ += s.size() + sizeof(std::pair<std::string, uint64_t>);
  keys_.push_back({it->second, frame, Kind::Text});
}

// One kind of address after the other, each by its bytes: those are its number.
void OrderKeys::address(uint32_t frame, const Address& a) {
  std::string key;
  if (a.type != Address::Type::None) key.push_back(static_cast<char>(a.type));
  if (a.type == Address::Type::Text) key += a.text;
  else key.append(reinterpret_cast<const char*>(a.data), a.len);
  text(frame, key);
}

void OrderKeys::value(uint32_t frame, const Node* n) {
  if (!n) {
    keys_.push_back({0, frame, Kind::None});
    return;
  }
  const FT type = n->field->type;
  if (is_int(type) || type == FT::AbsTime || type == FT::RelTime) signed_number(frame, n->value.i);
  else if (type == FT::Float || type == FT::Double) number(frame, ordered(n->value.d));
  else if (type == FT::None || type == FT::Protocol) number(frame, uint64_t{1});
  else if (is_uint(type) || type == FT::Boolean || type == FT::IPv4) number(frame, n->value.u);
  else text(frame, n->value.text());
}

void OrderKeys::time(const Capture& capture, uint32_t frame, uint32_t before) {
  const FrameMeta m = capture.meta(frame);
  if (!m.has_ts) {
    keys_.push_back({0, frame, Kind::None});
    return;
  }
  int64_t at = m.ts_ns;
  if (time_ == TimeFormat::Delta) at -= m.prev_ts;
  else if (time_ == TimeFormat::DeltaDisplayed) at -= before ? capture.counted_from(before, at) : at;
  signed_number(frame, at);
}

void OrderKeys::add(const Capture& capture, const Ctx& c, uint32_t frame, uint32_t before) {
  switch (request_.by) {
    case OrderRequest::By::Nothing:
    case OrderRequest::By::Number: number(frame, uint64_t{frame}); break;
    case OrderRequest::By::Time: time(capture, frame, before); break;
    case OrderRequest::By::Source: address(frame, c.src); break;
    case OrderRequest::By::Destination: address(frame, c.dst); break;
    case OrderRequest::By::Protocol: text(frame, c.col.protocol_view()); break;
    case OrderRequest::By::Length: number(frame, uint64_t{capture.frames().at(frame).len}); break;
    case OrderRequest::By::Info: text(frame, c.col.info_view()); break;
    case OrderRequest::By::Field: value(frame, look_->first_of(c, 0)); break;
  }
}

// From here on the value of a text is its place among all of them.
void OrderKeys::rank_texts() {
  std::vector<std::pair<std::string_view, uint64_t>> all(texts_.begin(), texts_.end());
  std::sort(all.begin(), all.end());
  std::vector<uint64_t> rank(all.size());
  for (size_t i = 0; i < all.size(); i++) rank[all[i].second] = i;
  for (Key& k : keys_)
    if (k.kind == Kind::Text) k.value = rank[k.value];
}

std::unique_ptr<RowOrder> OrderKeys::arrange() {
  rank_texts();
  std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) {
    return std::tie(a.kind, a.value, a.frame) < std::tie(b.kind, b.value, b.frame);
  });
  std::vector<uint32_t> frames;
  frames.reserve(keys_.size());
  size_t with_value = 0;
  for (const Key& k : keys_) {
    frames.push_back(k.frame);
    with_value += k.kind != Kind::None;
  }
  return std::make_unique<RowOrder>(std::move(frames), with_value, request_.descending);
}

}  // namespace strato
