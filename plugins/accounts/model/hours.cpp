// SPDX-License-Identifier: Apache-2.0
// Reading hours of the week. Any thread.
#include "accounts/model/hours.hpp"

#include <array>
#include <cctype>

namespace junctor::accounts {
namespace {

constexpr int kDay = 24 * 60;
constexpr int kWeek = 7 * kDay;
constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::optional<int> day(std::string_view text) {
  for (size_t i = 0; i < kDays.size(); ++i) {
    if (text.size() != 3) break;
    bool same = true;
    for (size_t c = 0; c < 3; ++c) same &= std::tolower(static_cast<unsigned char>(text[c])) == kDays[i][c];
    if (same) return static_cast<int>(i);
  }
  return std::nullopt;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// "08:00" to "24:00" in minutes.
std::optional<int> clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const size_t at : {0u, 1u, 3u, 4u}) {
    if (!digit(text[at])) return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours > 24 || (hours == 24 && minutes != 0)) return std::nullopt;
  return hours * 60 + minutes;
}

struct Pair {
  std::string_view first, last;
};

Pair halves(std::string_view text) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {text, text};
  return {text.substr(0, dash), text.substr(dash + 1)};
}

}  // namespace

std::optional<WeeklyHours> WeeklyHours::parse(std::string_view text, std::string* why) {
  WeeklyHours out;
  text = trim(text);
  while (!text.empty()) {
    const size_t comma = text.find(',');
    const std::string_view part = trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);

    const size_t space = part.find(' ');
    const Pair days = halves(part.substr(0, space));
    const Pair times = halves(space == std::string_view::npos ? std::string_view{} : trim(part.substr(space)));
    const auto first = day(days.first), last = day(days.last);
    const auto begin = clock(times.first), end = clock(times.last);
    if (!first || !last || !begin || !end || *begin == *end || *begin == kDay) {
      if (why) *why = "expected hours like \"mon-fri 08:00-18:00, sat 09:00-12:00\", got \"" + std::string{part} + "\"";
      return std::nullopt;
    }
    const int length = *end > *begin ? *end - *begin : *end + kDay - *begin;
    for (int at = *first;; at = (at + 1) % 7) {
      out.spans_.push_back({at * kDay + *begin, at * kDay + *begin + length});
      if (at == *last) break;
    }
  }
  return out;
}

bool WeeklyHours::contains(int64_t now) const {
  if (spans_.empty()) return true;
  constexpr int64_t kWeekSeconds = kWeek * 60;
  constexpr int64_t kThursday = 3 * kDay * 60;  // 1970-01-01 was one
  const int64_t second = ((now + kThursday) % kWeekSeconds + kWeekSeconds) % kWeekSeconds;
  const int minute = static_cast<int>(second / 60);
  for (const Span& span : spans_) {
    if (minute >= span.begin && minute < span.end) return true;
    if (minute + kWeek < span.end) return true;
  }
  return false;
}

}  // namespace junctor::accounts
