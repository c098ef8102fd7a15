// SPDX-License-Identifier: Apache-2.0
// What the server tells of itself to a metrics plugin: the process, its loops, sockets, plugins and limits. A look a
// second on the control loop; the rest is worked out by whoever asks, on any thread but a loop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/kernel.hpp"
#include "api/net_objects.hpp"
#include "loop/event_loop.hpp"
#include "plugin/manager.hpp"

namespace junctor {

class Vitals {
 public:
  enum class Phase { kStarting, kRunning, kDraining };
  using Rows = std::vector<ops::Metrics::Row>;

  /// Before a second thread runs.
  Vitals(api::Kernel& kernel, const plugin::Manager& manager);

  /// [control] From now on, each second.
  void begin();
  /// [control] At once: after a reload, and when a drain begins.
  void look(Phase phase);
  /// [control]
  void end() { timer_.cancel(); }

 private:
  /// What only the control thread can see, as it last was.
  struct Seen {
    Phase phase = Phase::kStarting;
    std::vector<plugin::Status> plugins;
    std::vector<api::Listening> listening;
  };
  /// One loop's lag: how long what is posted to it waits.
  struct Probe {
    ops::Metric* lag = nullptr;
    std::atomic<bool> under_way{false};
  };

  void tick();
  void probe_loops();
  std::shared_ptr<const Seen> seen() const;

  void edit(Rows& rows) const;
  void add_process(Rows& rows) const;
  void add_server(Rows& rows, const Seen& seen) const;
  void add_network(Rows& rows) const;
  void add_listeners(Rows& rows, const Seen& seen) const;
  void add_limits(Rows& rows) const;

  api::Kernel& kernel_;
  const plugin::Manager& manager_;
  loop::Timer timer_;
  Phase phase_ = Phase::kStarting;
  std::vector<std::unique_ptr<Probe>> probes_;  // by loop
  mutable std::mutex mutex_;
  std::shared_ptr<const Seen> seen_ = std::make_shared<const Seen>();
};

}  // namespace junctor
