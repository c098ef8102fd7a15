// SPDX-License-Identifier: Apache-2.0
// The line protocol: `may ID` and `status`. Logic alone; belongs to one connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "timetable.hpp"

namespace hours {

/// The longest line that is taken; a peer that sends more without an end of line is not talking to us.
inline constexpr size_t kMaxLine = 256;

struct Heard {
  size_t consumed = 0;    ///< whole lines, to be taken off the front
  std::string answers;    ///< one line each
  bool too_long = false;  ///< the rest is no line: close
};

/// Answers every whole line in `data`. `wall`: microseconds since 1970.
Heard hear(std::string_view data, const Timetable& timetable, uint64_t wall);

}  // namespace hours
