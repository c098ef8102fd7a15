// SPDX-License-Identifier: Apache-2.0
// When the site is open. Logic alone: no SDK, no clock of its own; a value for any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hours {

/// What the operator's texts mean. One aligned word, so that a reload replaces it atomically while any loop reads it.
struct alignas(8) Timetable {
  int16_t open = 0;       ///< minutes after midnight
  int16_t close = 0;      ///< the first minute that is closed; equal to open: never closed
  int16_t offset = 0;     ///< minutes east of UTC, unless local
  bool local = false;     ///< the server's own zone, summer time included
  bool reserved = false;  ///< fills the last byte, so that equal tables are equal bytes

  /// Nothing where a text is not understood; `*why` then says what was expected and what came.
  static std::optional<Timetable> parse(std::string_view open, std::string_view close, std::string_view zone,
                                        std::string* why);

  /// `wall`: microseconds since 1970.
  bool is_open(uint64_t wall) const;
  /// "08:00"; when it opens or closes next.
  std::string next_change(uint64_t wall) const;

 private:
  int minute_of_day(uint64_t wall) const;
};

}  // namespace hours
