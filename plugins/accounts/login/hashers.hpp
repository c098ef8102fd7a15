// SPDX-License-Identifier: Apache-2.0
// Threads for what takes tens of milliseconds of CPU (Argon2id): few, of low priority, so that a crowd that logs in
// does not delay signalling; and a bounded queue. Jobs come from any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace junctor::accounts {

class Hashers {
 public:
  Hashers(size_t threads, size_t queue);
  /// What waits is not run.
  ~Hashers() { close(); }
  Hashers(const Hashers&) = delete;
  Hashers& operator=(const Hashers&) = delete;

  /// [any] False where the queue is full, or closed: the job was dropped.
  bool run(std::function<void()> job);
  /// [control] Ends the threads after the jobs that they are at.
  void close();
  size_t waiting() const;

 private:
  void serve();

  const size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> jobs_;
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace junctor::accounts
