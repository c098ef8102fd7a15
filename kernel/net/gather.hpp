// SPDX-License-Identifier: Apache-2.0
// When a socket is better read by the clock than at each arrival: many datagrams, few at a time. The decision alone;
// whoever reads the socket asks it after each read. Lives on one loop.
#pragma once

#include <cstddef>
#include <cstdint>

#include "loop/clock.hpp"

namespace junctor::net {

class Gather {
 public:
  using Duration = loop::Duration;
  using Instant = loop::Instant;

  /// A read at `now` has brought `count` datagrams. How long the next one is better put off; zero: read as they come.
  /// `pause` bounds the delay of any datagram; zero: never put off.
  Duration after_read(size_t count, Instant now, Duration pause);

  bool gathering() const { return state_ != State::kWatching; }

 private:
  enum class State : uint8_t { kWatching, kTrying, kGathering };

  // In pauses. At 2,000 a second a pause of 0.5 ms brings one datagram and costs more than it saves; from two on it
  // saves, and the span is long enough to tell the two apart.
  static constexpr int kWatch = 40;
  static constexpr double kWorth = 2;
  static constexpr double kStillWorth = 1.5;
  // Datagrams that a trial waits for. Fewer than half: who sends them waits for our answers, and we only slow it down.
  static constexpr double kTrial = 16;
  static constexpr int kRest = 2000;  // pauses until the next trial

  Duration watch(Instant now, Duration pause);
  Duration judge(Instant now, Duration pause);
  Duration begin(State state, Instant now, Duration pause);

  State state_ = State::kWatching;
  Instant since_{};  // of the counts below
  Instant rest_until_{};
  double expected_ = 0;  // datagrams in a pause
  double datagrams_ = 0;
  int reads_ = 0;
};

}  // namespace junctor::net
