// SPDX-License-Identifier: Apache-2.0
// When the site is open. Logic alone: no SDK, no clock of its own; a value for any thread.
#include "timetable.hpp"

#include <cstdio>
#include <ctime>

namespace hours {
namespace {

constexpr int kDay = 24 * 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "08:30" as minutes after midnight.
std::optional<int16_t> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t i : {0, 1, 3, 4}) {
    if (!is_digit(text[i])) return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return static_cast<int16_t>(hour * 60 + minute);
}

bool parse_zone(std::string_view text, Timetable* table) {
  table->local = text == "local";
  if (table->local || text == "utc") return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const auto offset = parse_time(text.substr(1));
  if (!offset) return false;
  table->offset = static_cast<int16_t>(text[0] == '-' ? -*offset : *offset);
  return true;
}

std::nullopt_t refuse(const char* expected, std::string_view text, std::string* why) {
  *why = std::string{"expected "} + expected + ", got \"" + std::string{text} + "\"";
  return std::nullopt;
}

}  // namespace

std::optional<Timetable> Timetable::parse(std::string_view open, std::string_view close, std::string_view zone,
                                          std::string* why) {
  Timetable table;
  const auto from = parse_time(open);
  if (!from) return refuse("a time such as \"08:00\"", open, why);
  const auto until = parse_time(close);
  if (!until) return refuse("a time such as \"18:00\"", close, why);
  if (!parse_zone(zone, &table)) return refuse("\"local\", \"utc\" or an offset such as \"+02:00\"", zone, why);
  table.open = *from;
  table.close = *until;
  return table;
}

bool Timetable::is_open(uint64_t wall) const {
  if (open == close) return true;
  const int now = minute_of_day(wall);
  return open < close ? now >= open && now < close : now >= open || now < close;
}

std::string Timetable::next_change(uint64_t wall) const {
  const int at = is_open(wall) ? close : open;
  char text[8];
  std::snprintf(text, sizeof text, "%02d:%02d", at / 60 % 24, at % 60);
  return text;
}

int Timetable::minute_of_day(uint64_t wall) const {
  const auto seconds = static_cast<std::time_t>(wall / 1'000'000);
  if (local) {
    std::tm parts{};
    localtime_r(&seconds, &parts);
    return parts.tm_hour * 60 + parts.tm_min;
  }
  return static_cast<int>((seconds / 60 + offset + kDay) % kDay);
}

}  // namespace hours
