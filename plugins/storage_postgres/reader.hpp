// SPDX-License-Identifier: Apache-2.0
// Serves reads beside the writer. Its own thread; requests come from any.
#pragma once

#include <memory>
#include <vector>

#include "storage_memory/answers.hpp"
#include "storage_memory/changes.hpp"
#include "storage_memory/request_queue.hpp"
#include "storage_postgres/attendant.hpp"
#include "storage_postgres/known_peers.hpp"
#include "storage_postgres/observer.hpp"
#include "storage_postgres/read_session.hpp"
#include "storage_postgres/settings.hpp"

namespace junctor::storage::postgres {

class Reader {
 public:
  /// Connects; throws DatabaseError.
  Reader(const Target& target, const Settings& settings, KnownPeers& known, Courier& courier, Observer& observer,
         LinkObserver& links);
  /// What waits is answered first.
  ~Reader();

  /// [any] Answers kLimit and kClosed itself.
  void push(Read read);
  /// [control] Serves what waits, ends the thread and closes the connection; later requests are answered kClosed.
  void close();
  void set(const Settings& settings) { queue_->set_limits({settings.queue_requests, settings.queue_bytes}); }
  size_t depth() const { return queue_->depth(); }

 private:
  void serve(std::vector<Read>& batch);
  std::vector<Found> read(const std::vector<Read>& batch);
  void fail(std::vector<Read>& batch, const Fault& fault);
  void remember(const std::vector<Read>& batch, const std::vector<Found>& found, uint64_t age);
  void answer(Read& read, Found& found, Answers& answers);

  KnownPeers& known_;
  Courier& courier_;
  Observer& observer_;
  std::shared_ptr<RequestQueue<Read>> queue_;  // shared with pages on their way to a loop, which ask for the next one
  Attendant<Read> attendant_;
};

}  // namespace junctor::storage::postgres
