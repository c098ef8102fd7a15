// SPDX-License-Identifier: Apache-2.0
// Looks at the machine now and then, and says what about it will hurt the site. [control]; the look itself [pool].
#pragma once

#include <array>
#include <string>

#include "api/kernel.hpp"
#include "config/snapshot.hpp"
#include "loop/event_loop.hpp"
#include "watch/host/warnings.hpp"

namespace junctor {

class HostWatch {
 public:
  HostWatch(api::Kernel& kernel, ops::Log& log);

  /// From now on, the first time at once.
  void begin();
  void end() { timer_.cancel(); }
  void configure(const config::KernelConfig& settings);

 private:
  void on_time();
  void judge(const host::Facts& facts);
  void tell(const host::Warning& warning) const;

  api::Kernel& kernel_;
  ops::Log& log_;
  loop::Timer timer_;
  host::Warnings warnings_{host::built_at()};
  host::Limits limits_;
  loop::Duration interval_{};
  std::string data_dir_;
  bool looking_ = false;  // a disk that hangs holds one thread, not all
  std::array<ops::Metric*, static_cast<size_t>(host::Reason::kCount)> gauges_{};
  ops::Metric* jumps_;
  ops::Metric* disk_free_;
};

}  // namespace junctor
