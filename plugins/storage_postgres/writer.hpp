// SPDX-License-Identifier: Apache-2.0
// Group commit: takes everything that waits, commits it as one transaction, then answers. While there is no server what
// comes is refused at once. Its own thread; requests come from any.
#pragma once

#include <atomic>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_memory/request_queue.hpp"
#include "storage_postgres/attendant.hpp"
#include "storage_postgres/known_peers.hpp"
#include "storage_postgres/observer.hpp"
#include "storage_postgres/settings.hpp"
#include "storage_postgres/write_session.hpp"

namespace junctor::storage::postgres {

class Writer {
 public:
  /// Connects: what is wrong is told before anybody asks. Throws DatabaseError.
  Writer(const Target& target, const Settings& settings, KnownPeers& known, Courier& courier, Observer& observer,
         LinkObserver& links);
  /// What waits is committed and answered first.
  ~Writer();

  /// [any] Answers kLimit and kClosed itself.
  void push(Write write);
  /// [control] Serves what waits, ends the thread and closes the connection; later requests are answered kClosed.
  void close();
  /// [any] Applies the bounds.
  void set(const Settings& settings);
  /// [any] Writes that wait.
  size_t depth() const { return queue_.depth(); }

 private:
  void serve(std::vector<Write>& batch);
  WriteSession::Result commit(const std::vector<Write>& batch);
  WriteSession::Result try_commit(const std::vector<Write>& batch, bool& again);
  void answer(std::vector<Write>& batch, const std::vector<Status>& statuses);

  KnownPeers& known_;
  Courier& courier_;
  Observer& observer_;
  const size_t retries_;
  RequestQueue<Write> queue_;
  std::atomic<size_t> batch_;
  Attendant<Write> attendant_;
};

}  // namespace junctor::storage::postgres
