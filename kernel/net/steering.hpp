// SPDX-License-Identifier: Apache-2.0
// Which loop's socket of an address gets its datagrams: the first one's alone while one loop has time for all, so that
// one wake-up serves what several would; else each by its sender, as SO_REUSEPORT has it. Shared by the loops of a
// group; any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "loop/clock.hpp"

namespace junctor::net {

/// The decision alone.
class SpreadRule {
 public:
  using Duration = loop::Duration;
  using Instant = loop::Instant;

  /// A loop has worked for `busy` in the `window` that ended at `now`, whatever it did; `overrun`: several
  /// turns found more to read than a turn takes. True: datagrams go to all loops from now on.
  bool after_window(size_t loop, Duration busy, Duration window, bool overrun, Instant now);

  bool spread() const { return spread_; }

 private:
  // Of one loop's time. Far apart: what is spread costs more in all, and must not come back at once.
  static constexpr double kTooBusy = 0.7;
  static constexpr double kIdleAgain = 0.3;
  static constexpr Duration kCalm = std::chrono::seconds{2};  // all loops together below that, for so long
  static constexpr size_t kLoops = 64;                        // those beyond share a place

  bool spread_ = false;
  Instant busy_at_{};
  std::array<double, kLoops> load_{};
};

/// The rule, applied to the sockets of one address.
class Steering {
 public:
  static constexpr loop::Duration kWindow = std::chrono::milliseconds{100};

  /// Of one loop; lives there.
  class Meter {
   public:
    /// After each read. `full`: it took all that a turn takes.
    void after_read(Steering& steering, size_t loop, int fd, bool full, loop::Instant now);

   private:
    static constexpr int kOverrun = 4;  // in a window: one alone may be a burst, or a thread that the system let wait

    loop::Instant since_{};
    loop::Duration cpu_{0};
    int full_turns_ = 0;
  };

  /// Datagrams go to the socket of the address that was bound first. Nothing changes where the system lacks it.
  void begin(int fd);

 private:
  void apply(int fd, bool spread) const;

  std::mutex mutex_;
  SpreadRule rule_;
};

}  // namespace junctor::net
