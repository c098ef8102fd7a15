// SPDX-License-Identifier: Apache-2.0
// Gives the memory of connections that have ended back to the system. [control]
#pragma once

#include <cstdint>

#include "api/kernel.hpp"
#include "loop/event_loop.hpp"

namespace junctor {

/// What many connections have used stays in the allocator, spread over the arenas of the loops' threads; by itself it
/// gives back only what lies at an arena's end. Trimming locks one arena after the other for as long as its free pages
/// take (some 0.1 ms for each MiB), so it happens only where connections have come or gone since the last time, and on
/// the pool: the control loop is for people.
class HeapTrim {
 public:
  explicit HeapTrim(api::Kernel& kernel) : kernel_{kernel}, timer_{loop::Timer::of<&HeapTrim::on_time>(this)} {}

  /// Looks each `interval` from now on; zero: never.
  void every(loop::Duration interval);
  void end() { timer_.cancel(); }

 private:
  /// Connections so far.
  struct Traffic {
    uint64_t accepted = 0;
    uint64_t open = 0;
    bool operator==(const Traffic&) const = default;
  };

  void on_time();
  Traffic traffic() const;

  api::Kernel& kernel_;
  loop::Timer timer_;
  loop::Duration interval_{0};
  Traffic seen_;
  bool moved_ = false;
};

}  // namespace junctor
