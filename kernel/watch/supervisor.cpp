// SPDX-License-Identifier: Apache-2.0
#include "watch/supervisor.hpp"

namespace junctor {
namespace {

/// What stopping takes beyond the drain.
constexpr std::chrono::seconds kStopTime{15};

}  // namespace

void Supervisor::begin() {
  notice_.ready();
  on_time();
}

void Supervisor::stopping(loop::Duration drain) const {
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
