// SPDX-License-Identifier: Apache-2.0
// Who may go first, and when all is over. Any thread.
#include "race.hpp"

namespace junctor::nat {

Race::~Race() {
  {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return running_ == 0; });  // nobody enters any more
  }
  for (std::thread& each : threads_) each.join();
}

bool Race::claim() {
  const std::lock_guard lock{mutex_};
  if (won_) return false;
  won_ = true;
  changed_.notify_all();
  return true;
}

bool Race::is_won() const {
  const std::lock_guard lock{mutex_};
  return won_;
}

void Race::finish() {
  const std::lock_guard lock{mutex_};
  finished_ = true;
  changed_.notify_all();
}

void Race::let_direct_go_first(wire::Millis patience) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [this] { return won_ || direct_ == 0; });
}

void Race::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return finished_ || running_ == 0; });
  if (!finished_) throw wire::ClientError{fault_.empty() ? "no way led anywhere" : fault_};
}

void Race::left(bool direct, const std::string& fault) {
  const std::lock_guard lock{mutex_};
  --running_;
  direct_ -= direct ? 1 : 0;
  if (!fault.empty()) fault_ = fault;
  changed_.notify_all();
}

}  // namespace junctor::nat
