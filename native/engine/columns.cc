#include "engine/columns.h"

#include <ctime>

#include "base/shown.h"

namespace strato {
namespace {

void print_clock(int64_t ns, int digits, bool date, bool local, Text& out) {
  int64_t sec = ns / 1000000000, frac = ns % 1000000000;
  if (frac < 0) sec--, frac += 1000000000;
  time_t t = static_cast<time_t>(sec);
  struct tm tm;
  if (local) localtime_r(&t, &tm);
  else gmtime_r(&t, &tm);
  if (date) out.fmt("%04d-%02d-%02d ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
  out.fmt("%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
  if (!digits) return;
  for (int i = digits; i < 9; i++) frac /= 10;
  out << '.';
  out.dec(static_cast<uint64_t>(frac), digits, '0');
}

void print_time(const FrameMeta& m, TimeFormat f, Text& out) {
  switch (f) {
    case TimeFormat::Relative: out.seconds(m.ts_ns - m.first_ts, m.ts_digits); break;
    case TimeFormat::Delta: out.seconds(m.ts_ns - m.prev_ts, m.ts_digits); break;
    case TimeFormat::DeltaDisplayed: out.seconds(m.ts_ns - m.prev_displayed_ts, m.ts_digits); break;
    case TimeFormat::Epoch: out.seconds(m.ts_ns, m.ts_digits); break;
    case TimeFormat::AbsoluteUtc: print_clock(m.ts_ns, m.ts_digits, false, false, out); break;
    case TimeFormat::AbsoluteDateUtc: print_clock(m.ts_ns, m.ts_digits, true, false, out); break;
    case TimeFormat::AbsoluteLocal: print_clock(m.ts_ns, m.ts_digits, false, true, out); break;
    case TimeFormat::AbsoluteDateLocal: print_clock(m.ts_ns, m.ts_digits, true, true, out); break;
  }
}

}  // namespace

bool column_by_name(std::string_view name, Column* out) {
  static constexpr struct { const char* name; Column col; } kNames[] = {
      {"No.", Column::Number},      {"number", Column::Number},           {"Time", Column::Time},
      {"time", Column::Time},       {"Source", Column::Source},           {"def_src", Column::Source},
      {"Destination", Column::Destination}, {"def_dst", Column::Destination}, {"Protocol", Column::Protocol},
      {"protocol", Column::Protocol}, {"Length", Column::Length},         {"length", Column::Length},
      {"Info", Column::Info},       {"info", Column::Info}};
  for (const auto& n : kNames)
    if (name == n.name) return *out = n.col, true;
  return false;
}

void print_cell(const Ctx& c, Column col, TimeFormat time, Text& out) {
  switch (col) {
    case Column::Number: out << c.frame.number; break;
    case Column::Time: if (c.frame.has_ts) print_time(c.frame, time, out); break;
    case Column::Source: c.src.print(out); break;
    case Column::Destination: c.dst.print(out); break;
    case Column::Protocol: print_shown(c.col.protocol_view(), out); break;
    case Column::Length: out << c.frame.len; break;
    case Column::Info: print_shown(c.col.info_view(), out); break;
  }
}

}  // namespace strato
