#include "filter/suggest.h"

#include <algorithm>

#include "filter/known_names.h"
#include "packet/registry.h"

namespace strato::filter {
namespace {

constexpr size_t kLongest = 64;  // longer words are no typing errors

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }

// Edits (insert, delete, replace, swap of neighbours) from a to b; anything above `most` comes back as most + 1.
size_t edits(std::string_view a, std::string_view b, size_t most) {
  if (a.size() > kLongest || b.size() > kLongest) return most + 1;
  if ((a.size() > b.size() ? a.size() - b.size() : b.size() - a.size()) > most) return most + 1;
  size_t rows[3][kLongest + 1];
  size_t *before = rows[0], *last = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b.size(); j++) last[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    row[0] = i;
    size_t least = row[0];
    for (size_t j = 1; j <= b.size(); j++) {
      size_t cost = lower(a[i - 1]) != lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + cost});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = std::min(row[j], before[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// What people call a protocol, where its filter name is another word.
constexpr struct { std::string_view called, name; } kCalled[] = {
    {"redis", "resp"}, {"postgres", "pgsql"}, {"postgresql", "pgsql"}, {"mongodb", "mongo"}, {"rabbitmq", "amqp"},
    {"cassandra", "cql"}, {"wireguard", "wg"}, {"memcached", "memcache"}, {"https", "tls"}, {"ethernet", "eth"},
    {"mac", "eth"}, {"ip6", "ipv6"}, {"ipv4", "ip"}, {"icmp6", "icmpv6"}, {"http1", "http"}, {"h2", "http2"},
    {"websockets", "websocket"}, {"host", "ip.addr"}, {"port", "tcp.port"}, {"net", "ip.addr"},
};

}  // namespace

// One edit in four characters is a typing error, more is another word.
Suggestion::Suggestion(std::string_view wrong) : wrong_(wrong), distance_(wrong.size() < 3 ? 1 : wrong.size() / 4 * 2 + 4) {}

void Suggestion::offer(std::string_view name) {
  if (distance_ == 0 || name.empty()) return;
  // twice the edits, and one for another first letter: people seldom miss that one
  size_t d = edits(wrong_, name, (distance_ - 1) / 2) * 2;
  d += !wrong_.empty() && lower(wrong_[0]) != lower(name[0]);
  if (d >= distance_) return;
  distance_ = d;
  best_ = std::string(name);
}

std::string suggest_field(const Registry& registry, std::string_view wrong) {
  for (const auto& c : kCalled)
    if (c.called == wrong) return std::string(c.name);
  Suggestion best(wrong);
  for (const FieldDef* f : registry.fields()) best.offer(f->name);
  each_known_name([&](std::string_view name) { best.offer(name); });
  return best.text();
}

}  // namespace strato::filter
