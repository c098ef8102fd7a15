// SPDX-License-Identifier: Apache-2.0
// The line protocol: `may ID` and `status`. Logic alone; belongs to one connection.
#include "dialogue.hpp"

namespace hours {
namespace {

std::string answer(std::string_view line, const Timetable& timetable, uint64_t wall) {
  const bool open = timetable.is_open(wall);
  const std::string until = " until " + timetable.next_change(wall);
  if (line == "status") return (open ? "open" : "closed") + until;
  if (line.size() > 4 && line.substr(0, 4) == "may ") return open ? "yes" : "no closed" + until;
  return "error expected \"may ID\" or \"status\"";
}

}  // namespace

Heard hear(std::string_view data, const Timetable& timetable, uint64_t wall) {
  Heard heard;
  for (size_t end = data.find('\n'); end != std::string_view::npos; end = data.find('\n', heard.consumed)) {
    std::string_view line = data.substr(heard.consumed, end - heard.consumed);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    heard.answers += answer(line, timetable, wall) + "\n";
    heard.consumed = end + 1;
  }
  heard.too_long = data.size() - heard.consumed > kMaxLine;
  return heard;
}

}  // namespace hours
