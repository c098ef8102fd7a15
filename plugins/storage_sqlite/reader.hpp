// SPDX-License-Identifier: Apache-2.0
// Serves reads beside the writer. Its own thread; requests come from any.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage_memory/answers.hpp"
#include "storage_memory/changes.hpp"
#include "storage_memory/request_queue.hpp"
#include "storage_sqlite/observer.hpp"
#include "storage_sqlite/read_session.hpp"
#include "storage_sqlite/settings.hpp"

namespace junctor::storage {

class Reader {
 public:
  Reader(std::string path, std::unique_ptr<ReadSession> session, const SharedSettings& settings, Courier& courier,
         Observer& observer);
  /// What waits is answered first.
  ~Reader();

  /// [any] Answers kLimit and kClosed itself.
  void push(Read read);
  /// [control] Serves what waits, ends the thread and closes the connection; later requests are answered kClosed.
  void close();
  void set_limits(const Settings& settings) { queue_->set_limits({settings.queue_requests, settings.queue_bytes}); }
  size_t depth() const { return queue_->depth(); }

 private:
  using Queue = RequestQueue<Read>;

  void run();
  void serve(std::vector<Read>& batch);
  ReadSession& session();
  void answer(ReadSession& session, Read& read, Answers& answers);
  void answer(ReadSession& session, Loop loop, GetPeer& get, Answers& answers);
  void answer(ReadSession& session, Loop loop, GetValue& get, Answers& answers);
  void answer(ReadSession& session, Loop loop, ScanPeers& scan, Answers& answers);
  void answer(ReadSession& session, Loop loop, ScanValues& scan, Answers& answers);

  const std::string path_;
  const SharedSettings& settings_;
  Courier& courier_;
  Observer& observer_;
  std::shared_ptr<Queue> queue_;  // shared with pages on their way to a loop, which ask for the next one
  std::unique_ptr<ReadSession> session_;
  unsigned seen_settings_ = 0;
  Settings now_;
  std::thread thread_;
};

}  // namespace junctor::storage
