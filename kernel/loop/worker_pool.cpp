// SPDX-License-Identifier: Apache-2.0
// Threads for work that may block.
#include "loop/worker_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace junctor::loop {

WorkerPool::WorkerPool(uint32_t threads, size_t capacity) : capacity_{capacity} { reinforce(std::max(threads, 1U)); }

void WorkerPool::reinforce(uint32_t threads) {
  threads_.reserve(threads_.size() + threads);
  for (uint32_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

bool WorkerPool::submit(Task work) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_ || queue_.size() >= capacity_) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    queue_.push_back(std::move(work));
  }
  ready_.notify_one();
  return true;
}

size_t WorkerPool::waiting() const {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

void WorkerPool::serve() {
  pthread_setname_np(pthread_self(), "pool");
  while (true) {
    Task work;
    {
      std::unique_lock lock{mutex_};
      ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  ready_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace junctor::loop
