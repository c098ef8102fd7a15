// SPDX-License-Identifier: Apache-2.0
// A thread's connection over its life: lost, made again with growing pauses, and never waited for while a pause lasts.
// Lives on that thread; the first connection may be made elsewhere before.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "storage_postgres/connection.hpp"

namespace junctor::storage::postgres {

/// What links tell, from their threads; must not block.
class LinkObserver {
 public:
  virtual ~LinkObserver() = default;
  /// `role`: what the connection is for. `again`: it was there before.
  virtual void connected(const char* role, const Connection& connection, bool again) = 0;
  virtual void lost(const char* role, const Fault& fault) = 0;
  /// Another try has failed.
  virtual void failed(const char* role, const Fault& fault) = 0;
};

class Link {
 public:
  using Clock = std::chrono::steady_clock;
  using Ready = std::function<void(Connection&)>;

  /// `ready` prepares what the thread needs of each new connection; it may throw DatabaseError.
  Link(Target target, const char* role, LinkObserver& observer, Ready ready);

  /// Makes the connection where there is none. Throws DatabaseError: what is wrong now, or was at the last try where
  /// the pause after that is not over.
  Connection& get(const Connection::GoOn& go_on);
  /// For a start: as get, but tries at once.
  void open();
  bool is_open() const { return connection_ != nullptr; }
  /// Nothing more is asked of this connection. The next get tries at once.
  void drop(const Fault& fault);
  /// Drops a connection that the server has closed while nobody asked.
  void look();
  /// While there is no connection: when get tries again.
  Clock::time_point next_try() const { return next_try_; }

 private:
  void failed(const Fault& fault);

  const Target target_;
  const char* const role_;
  LinkObserver& observer_;
  const Ready ready_;
  std::unique_ptr<Connection> connection_;
  std::optional<Fault> last_;
  Clock::time_point next_try_{};
  Millis pause_{0};
  bool was_open_ = false;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace junctor::storage::postgres
