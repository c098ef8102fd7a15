// SPDX-License-Identifier: Apache-2.0
// How many bytes of log a stranger may bring about: an hour's worth, refilled all the time. What is left out is summed
// up by event. Not locked; the caller's clock.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace junctor::ops {

class LogBudget {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Weighty lines may still be written when others have used up their part.
  enum class Weight { kUsual, kWarning, kError };

  /// 0: no bound.
  void set(int64_t bytes_an_hour) { hour_ = bytes_an_hour; }

  /// False: leave the line out, it is counted.
  bool take(Weight weight, size_t bytes, std::string_view plugin, std::string_view event, Instant now);

  struct LeftOut {
    uint64_t lines = 0;
    uint64_t bytes = 0;
    std::string events;  ///< "relay/relay.refused=1234 ...", the most frequent first
  };
  bool has_left_out() const { return left_out_.lines > 0; }
  /// A minute after the last one at the earliest.
  bool is_due(Instant now) const { return has_left_out() && now - told_ >= std::chrono::minutes{1}; }
  LeftOut take_left_out(Instant now);

 private:
  void refill(Instant now);

  int64_t hour_ = 0;
  double have_ = -1;  // bytes; below 0: not begun
  Instant before_{};
  Instant told_{};
  LeftOut left_out_;
  std::map<std::string, uint64_t> by_event_;
};

}  // namespace junctor::ops
