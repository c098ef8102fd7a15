// SPDX-License-Identifier: Apache-2.0
// When a socket is better read by the clock than at each arrival: many datagrams, few at a time. The decision alone;
// whoever reads the socket asks it after each read. Lives on one loop.
#pragma once

#include <cstddef>

#include "net/pause_choice.hpp"

namespace junctor::net {

class Gather {
 public:
  using Duration = loop::Duration;
  using Instant = loop::Instant;

  explicit Gather(const loop::Clock& cpu = loop::ThreadClock::instance()) : choice_{cpu} {}

  /// A read at `now` has brought `count` datagrams. How long the next one is better put off; zero: read as they come.
  /// `pause` bounds the delay of any datagram; zero: never put off.
  Duration after_read(size_t count, Instant now, Duration pause);

  bool gathering() const { return choice_.busy(); }

 private:
  // Datagrams in a pause. Fewer than two and there is nothing to gather.
  static constexpr double kWorth = 2;
  static constexpr double kStillWorth = 1.5;
  static constexpr int kWatch = 40;  // pauses; long enough to tell the two apart

  bool is_worth(Duration passed, Duration pause) const;

  PauseChoice choice_;
  bool worth_ = false;
  Instant since_{};  // of the counts below
  double datagrams_ = 0;
  int reads_ = 0;
};

}  // namespace junctor::net
