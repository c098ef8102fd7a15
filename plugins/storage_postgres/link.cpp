// SPDX-License-Identifier: Apache-2.0
// Connecting again. The thread of the link.
#include "storage_postgres/link.hpp"

#include <algorithm>
#include <utility>

namespace junctor::storage::postgres {

Link::Link(Target target, const char* role, LinkObserver& observer, Ready ready)
    : target_{std::move(target)}, role_{role}, observer_{observer}, ready_{std::move(ready)} {}

Connection& Link::get(const Connection::GoOn& go_on) {
  if (connection_) return *connection_;
  if (last_ && Clock::now() < next_try_) throw DatabaseError{*last_};
  try {
    auto made = Connection::open(target_, go_on);
    ready_(*made);
    connection_ = std::move(made);
  } catch (const DatabaseError& error) {
    failed(error.fault());
    throw;
  }
  last_.reset();
  pause_ = Millis{0};
  observer_.connected(role_, *connection_, std::exchange(was_open_, true));
  return *connection_;
}

void Link::open() {
  next_try_ = {};
  get([] { return true; });
}

void Link::failed(const Fault& fault) {
  last_ = fault;
  pause_ = std::clamp(pause_ * 2, target_.backoff, target_.longest_backoff);
  // Many nodes lose one server at the same moment: they shall not come back as one.
  const auto half = pause_.count() / 2;
  next_try_ = Clock::now() + Millis{half + std::uniform_int_distribution<int64_t>{0, half}(random_)};
  observer_.failed(role_, fault);
}

void Link::drop(const Fault& fault) {
  if (!connection_) return;
  connection_.reset();
  observer_.lost(role_, fault);
}

void Link::look() {
  if (!connection_ || !connection_->seems_gone()) return;
  drop({"lost", "PostgreSQL at " + text_of(connection_->place()) + " has closed the connection"});
}

}  // namespace junctor::storage::postgres
