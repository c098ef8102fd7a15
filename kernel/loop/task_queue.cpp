// SPDX-License-Identifier: Apache-2.0
// Tasks posted to one loop. push: any thread; the rest: the consuming loop.
#include "loop/task_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace junctor::loop {

namespace {

/// A burst must not pin its memory for ever.
constexpr size_t kKeepCapacity = 1024;

}  // namespace

TaskQueue::TaskQueue() : fd_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
  if (fd_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd for posted tasks"};
}

TaskQueue::~TaskQueue() { ::close(fd_); }

bool TaskQueue::push(Task task) {
  {
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    pending_.push_back(std::move(task));
  }
  posted_.fetch_add(1, std::memory_order_relaxed);
  if (asleep_.exchange(false, std::memory_order_seq_cst)) wake();
  return true;
}

void TaskQueue::wake() {
  const uint64_t one = 1;
  // It can only fail when the counter is full, and then the loop is awake already.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}

bool TaskQueue::may_sleep() {
  asleep_.store(true, std::memory_order_seq_cst);
  const std::lock_guard lock{mutex_};
  if (pending_.empty()) return true;
  awake();
  return false;
}

size_t TaskQueue::run() {
  {
    const std::lock_guard lock{mutex_};
    running_.swap(pending_);
  }
  for (Task& task : running_) {
    task();
    task.reset();
  }
  const size_t ran = running_.size();
  running_.clear();
  if (running_.capacity() > kKeepCapacity) std::vector<Task>{}.swap(running_);
  return ran;
}

void TaskQueue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
}

}  // namespace junctor::loop
