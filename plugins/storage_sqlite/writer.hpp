// SPDX-License-Identifier: Apache-2.0
// Group commit: takes everything that waits, commits it as one transaction, then answers. Its own thread; requests come
// from any.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage_memory/changes.hpp"
#include "storage_memory/request_queue.hpp"
#include "storage_sqlite/observer.hpp"
#include "storage_sqlite/settings.hpp"
#include "storage_sqlite/write_session.hpp"

namespace junctor::storage {

class Writer {
 public:
  /// `session` is open already: what is wrong with the file is told before anybody asks.
  Writer(std::string path, std::unique_ptr<WriteSession> session, const SharedSettings& settings, Courier& courier,
         Observer& observer);
  /// What waits is committed and answered first.
  ~Writer();

  /// [any] Answers kLimit and kClosed itself.
  void push(Write write);
  /// [control] Serves what waits, ends the thread and closes the connection; later requests are answered kClosed.
  void close();
  /// [any] Applies the queue's limits.
  void set_limits(const Settings& settings) { queue_.set_limits({settings.queue_requests, settings.queue_bytes}); }
  /// [any] Writes that wait.
  size_t depth() const { return queue_.depth(); }

 private:
  void run();
  void serve(std::vector<Write>& batch);
  WriteSession::Result commit(const std::vector<Write>& batch);
  /// Opens the file again where it was given up. Throws DatabaseError.
  WriteSession& session();
  void tidy();

  const std::string path_;
  const SharedSettings& settings_;
  Courier& courier_;
  Observer& observer_;
  RequestQueue<Write> queue_;
  std::unique_ptr<WriteSession> session_;  // null after a fault that a new connection may mend
  bool failing_ = false;                   // the last batch was not stored
  unsigned seen_settings_ = 0;
  Settings now_;
  std::thread thread_;
};

}  // namespace junctor::storage
