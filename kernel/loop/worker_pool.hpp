// SPDX-License-Identifier: Apache-2.0
// Threads for work that may block, with a bounded queue.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "loop/task.hpp"

namespace junctor::loop {

class WorkerPool {
 public:
  /// `threads` is at least 1; `capacity` bounds the tasks that wait (not those that run).
  WorkerPool(uint32_t threads, size_t capacity);
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// [any] Runs `work` on one of the threads. False when the queue is full or the pool is stopping; `work` is then
  /// dropped on the calling thread.
  bool submit(Task work);

  /// [control] More threads, in place of some that do not come back.
  void reinforce(uint32_t threads);

  /// [control] Refuses new work, finishes what is queued and joins.
  void stop();

  /// [any]
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }
  size_t waiting() const;
  size_t capacity() const { return capacity_; }

 private:
  void serve();

  const size_t capacity_;
  std::atomic<uint64_t> refused_{0};
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace junctor::loop
