// SPDX-License-Identifier: Apache-2.0
// Tasks that any thread posts to one loop. An eventfd wakes the loop, and only when it may be asleep. push: any thread;
// the rest: the consuming loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

#include "loop/task.hpp"

namespace junctor::loop {

class TaskQueue {
 public:
  TaskQueue();
  ~TaskQueue();
  TaskQueue(const TaskQueue&) = delete;
  TaskQueue& operator=(const TaskQueue&) = delete;

  /// [any] False once closed; the task is then dropped on the calling thread.
  bool push(Task task);

  /// Says that the consumer is about to sleep. False: there is work, do not sleep. Any push from here on writes to fd.
  bool may_sleep();
  void awake() { asleep_.store(false, std::memory_order_relaxed); }

  /// Runs what has been posted until now, in order; what those post waits for the next call. Returns how many ran.
  size_t run();

  /// [any] Refuses from now on. What is queued can still be run, or is dropped by the destructor.
  void close();

  /// [any] Wakes the consumer without a task.
  void wake();

  /// Readable after a wake-up; to be watched edge-triggered (it is never read).
  int fd() const { return fd_; }

  /// [any] Tasks that have been accepted so far.
  uint64_t posted() const { return posted_.load(std::memory_order_relaxed); }

 private:
  int fd_;
  std::atomic<bool> asleep_{false};
  std::atomic<uint64_t> posted_{0};
  std::mutex mutex_;
  bool closed_ = false;
  std::vector<Task> pending_;
  std::vector<Task> running_;
};

}  // namespace junctor::loop
