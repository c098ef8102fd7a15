// SPDX-License-Identifier: Apache-2.0
#include "watch/supervisor.hpp"

#include "ops/inherited.hpp"

namespace junctor {
namespace {

/// What stopping takes beyond the drain.
constexpr std::chrono::seconds kStopTime{15};

}  // namespace

void Supervisor::adopt_sockets() {
  for (const int fd : ops::inherited_descriptors()) {
    const std::string name = kernel_.sockets.inherit(net::Fd{fd});
    if (!name.empty()) kept_[name];
  }
}

/// The manager holds each socket, too: while the server restarts, whoever comes waits in its queue.
void Supervisor::keep_sockets() {
  if (!notice_.keeps_sockets()) return;
  auto gone = kept_;
  for (const auto& [name, fds] : kernel_.sockets.bound()) {
    gone.erase(name);
    std::vector<int>& kept = kept_[name];
    if (kept == fds) continue;
    notice_.store(name, fds);
    kept = fds;
  }
  for (const auto& [name, fds] : gone) {
    notice_.forget(name);
    kept_.erase(name);
  }
}

void Supervisor::reloaded() {
  keep_sockets();
  notice_.ready();
}

void Supervisor::begin() {
  keep_sockets();
  notice_.ready();
  on_time();
}

void Supervisor::stopping(loop::Duration drain) const {
  if (notice_.keeps_sockets()) kernel_.sockets.leave_queues();
  notice_.stopping(std::chrono::duration_cast<ops::ServiceNotice::Duration>(drain + kStopTime));
}

/// Three signs in each period: one may come late.
void Supervisor::on_time() {
  if (notice_.watchdog() == ops::ServiceNotice::Duration::zero()) return;
  if (!held_up()) notice_.alive();
  kernel_.loops.control().start(timer_, notice_.watchdog() / 3);
}

/// A loop that has not come back for a whole period will not; a new process serves better than this one.
bool Supervisor::held_up() const {
  const auto now = kernel_.loops.control().clock().now().time_since_epoch();
  for (uint32_t i = 0; i < kernel_.loops.count(); ++i) {
    const int64_t since = kernel_.loops.at(i).pulse().turn_started.load(std::memory_order_relaxed);
    if (since != 0 && now - loop::Duration{since} > notice_.watchdog()) return true;
  }
  return false;
}

}  // namespace junctor
