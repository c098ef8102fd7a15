// SPDX-License-Identifier: Apache-2.0
// Whether reads are better put off, and for how long, so that one serves several arrivals. What a pause saves (reads,
// wake-ups) and what it costs (a timer, cold caches) differs by machine and load, so it is measured: what the thread
// works for each unit with every pause in turn. The cheapest wins, of equals the shortest; a pause that lowers the
// rate, because who sends waits for our answers, never does. Lives on one loop.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "loop/clock.hpp"

namespace junctor::net {

class PauseChoice {
 public:
  using Duration = loop::Duration;
  using Instant = loop::Instant;

  /// `cpu`: what the calling thread has worked; asked at the ends of windows alone.
  explicit PauseChoice(const loop::Clock& cpu = loop::ThreadClock::instance()) : cpu_{cpu} {}

  /// Datagrams or bytes that have been read, put off or not.
  void count(size_t units) { window_.units += static_cast<double>(units); }
  /// How long the next read is put off; zero: as it comes. Asked while several arrivals would come in a pause.
  /// `longest` bounds it; zero: never.
  Duration choose(Instant now, Duration longest);
  /// No longer would they. If a pause was being tried, it has lowered the rate so far, or nobody sends any more.
  void rest(Instant now);
  /// Reads are being put off, or are compared with such.
  bool busy() const { return active_ && (comparing_ || chosen_ > 0); }

 private:
  struct Tally {
    double units = 0;
    Duration cpu{0};
    Duration time{0};
    bool dropped = false;  // it lowers the rate
    double cost() const { return static_cast<double>(cpu.count()) / units; }
    double rate() const { return units / static_cast<double>(time.count()); }
  };
  struct Window {
    Instant begun{};
    Duration cpu{0};
    double units = 0;
  };

  /// 0: none; then a quarter of the longest, and all of it.
  static constexpr size_t kPauses = 3;
  static constexpr size_t kRounds = 3;
  /// In longest pauses.
  static constexpr int kWindow = 32;
  static constexpr int kStale = 4 * kWindow;  // whoever asked has been silent
  static constexpr double kSaves = 0.95;      // of the cost of the shorter one, for a longer one to be worth it
  static constexpr double kKeepsRate = 0.85;
  static constexpr Duration kFirstHold = std::chrono::seconds{1};
  static constexpr Duration kLongestHold = std::chrono::seconds{32};

  static Duration pause_of(size_t choice, Duration longest);
  size_t compared() const;
  void begin_window(Instant now);
  void end_window(Instant now);
  void next_step(Instant now);
  void decide(Instant now);
  void settle(size_t choice, Instant now);

  const loop::Clock& cpu_;
  bool active_ = false;
  bool comparing_ = false;
  size_t step_ = 0;
  size_t chosen_ = 0;
  Duration hold_{0};
  Instant retry_at_{};
  Window window_;
  std::array<Tally, kPauses> tallies_{};
};

}  // namespace junctor::net
