// SPDX-License-Identifier: Apache-2.0
#include "time_text.hpp"

#include <chrono>
#include <cstdio>

namespace junctor::accounts::admin {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

/// Reads texts of fixed form from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_{text} {}

  bool number(size_t digits, int* out) {
    if (text_.size() < digits) return false;
    *out = 0;
    for (size_t at = 0; at < digits; ++at) {
      if (text_[at] < '0' || text_[at] > '9') return false;
      *out = *out * 10 + (text_[at] - '0');
    }
    text_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view choices, char* out = nullptr) {
    if (text_.empty() || choices.find(text_.front()) == std::string_view::npos) return false;
    if (out != nullptr) *out = text_.front();
    text_.remove_prefix(1);
    return true;
  }
  bool fraction() {
    if (!one_of(".")) return true;
    const size_t digits = text_.find_first_not_of("0123456789");
    if (digits == 0 || text_.empty()) return false;
    text_.remove_prefix(digits == std::string_view::npos ? text_.size() : digits);
    return true;
  }
  bool ended() const { return text_.empty(); }

 private:
  std::string_view text_;
};

/// Seconds that local time is ahead of UTC.
bool offset(Reader& in, int64_t* out) {
  char sign = 0;
  *out = 0;
  if (!in.one_of("Zz+-", &sign)) return false;
  if (sign == 'Z' || sign == 'z') return true;
  int hours = 0, minutes = 0;
  if (!in.number(2, &hours) || !in.one_of(":") || !in.number(2, &minutes) || hours > 23 || minutes > 59) return false;
  *out = (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1);
  return true;
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text) {
  Reader in{text};
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  int64_t ahead = 0;
  const bool read = in.number(4, &y) && in.one_of("-") && in.number(2, &mo) && in.one_of("-") && in.number(2, &d) &&
                    in.one_of("Tt ") && in.number(2, &h) && in.one_of(":") && in.number(2, &mi) && in.one_of(":") &&
                    in.number(2, &s) && in.fraction() && offset(in, &ahead) && in.ended();
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!read || !date.ok() || y < 1970 || h > 23 || mi > 59 || s > 60) return std::nullopt;
  const int64_t days = sys_days{date}.time_since_epoch().count();
  return ((days * 24 + h) * 60 + mi) * 60 + s - ahead;
}

std::string time_text(int64_t seconds) {
  const auto moment = std::chrono::sys_seconds{std::chrono::seconds{seconds}};
  const auto days = std::chrono::floor<std::chrono::days>(moment);
  const year_month_day date{days};
  const std::chrono::hh_mm_ss clock{moment - days};
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return out;
}

}  // namespace junctor::accounts::admin
