// SPDX-License-Identifier: Apache-2.0
// The server towards whoever supervises it (systemd): its state, and a sign of life while no loop is held up. [control]
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/kernel.hpp"
#include "loop/event_loop.hpp"
#include "ops/service_notice.hpp"

namespace junctor {

class Supervisor {
 public:
  explicit Supervisor(api::Kernel& kernel)
      : kernel_{kernel},
        notice_{ops::ServiceNotice::from_environment()},
        timer_{loop::Timer::of<&Supervisor::on_time>(this)} {}

  /// Before anything listens: what the process before has left with the manager waits for whoever opens it.
  void adopt_sockets();
  void begin();
  void reloading() const { notice_.reloading(); }
  void reloaded();
  /// Sessions may go on for `drain`.
  void stopping(loop::Duration drain) const;
  void end() { timer_.cancel(); }

 private:
  void keep_sockets();
  void on_time();
  bool held_up() const;

  api::Kernel& kernel_;
  ops::ServiceNotice notice_;
  std::map<std::string, std::vector<int>> kept_;  // with the manager, by name
  loop::Timer timer_;
};

}  // namespace junctor
