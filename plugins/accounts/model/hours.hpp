// SPDX-License-Identifier: Apache-2.0
// When an edge of the access graph holds: from, until, and hours of the week, all UTC (accounts.md 1). Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::accounts {

/// "mon-fri 08:00-18:00, sat 09:00-12:00"; what passes midnight or the end of the week goes on in the next.
class WeeklyHours {
 public:
  /// Empty text: every hour. nullopt where it is none, with what is wrong in `why`.
  static std::optional<WeeklyHours> parse(std::string_view text, std::string* why = nullptr);

  bool always() const { return spans_.empty(); }
  /// `now`: Unix seconds.
  bool contains(int64_t now) const;

 private:
  /// Minutes since Monday 00:00; `end` is not in it and may lie behind the end of the week.
  struct Span {
    int begin;
    int end;
  };
  std::vector<Span> spans_;
};

enum class Moment { kInside, kOutsideHours, kOver };

/// 0: without a beginning, without an end.
struct Validity {
  int64_t from = 0;
  int64_t until = 0;
  WeeklyHours hours;

  /// kOver where it does not hold on this day at all: not yet, or no longer. `until` is the first second after.
  Moment at(int64_t now) const {
    if ((from != 0 && now < from) || (until != 0 && now >= until)) return Moment::kOver;
    return hours.contains(now) ? Moment::kInside : Moment::kOutsideHours;
  }
};

}  // namespace junctor::accounts
