// SPDX-License-Identifier: Apache-2.0
// Says in the log that connections were closed for want of file descriptors. [control]
#pragma once

#include <cstdint>

#include "api/kernel.hpp"
#include "loop/event_loop.hpp"
#include "ops/log.hpp"

namespace junctor {

/// The first at once, more of them in one line each minute: who floods a server must not fill its disk.
class ShedWatch {
 public:
  ShedWatch(api::Kernel& kernel, ops::Log& log)
      : kernel_{kernel}, log_{log}, timer_{loop::Timer::of<&ShedWatch::on_time>(this)} {}

  void begin();
  void end() { timer_.cancel(); }

 private:
  void on_time();
  uint64_t shed() const;

  api::Kernel& kernel_;
  ops::Log& log_;
  loop::Timer timer_;
  uint64_t told_ = 0;
};

}  // namespace junctor
