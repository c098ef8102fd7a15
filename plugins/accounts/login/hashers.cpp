// SPDX-License-Identifier: Apache-2.0
// A small pool. Its own threads.
#include "accounts/login/hashers.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace junctor::accounts {
namespace {

constexpr int kNiceness = 10;

}  // namespace

Hashers::Hashers(size_t threads, size_t queue) : limit_{queue} {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { serve(); });
    pthread_setname_np(threads_.back().native_handle(), "login-hash");
  }
}

bool Hashers::run(std::function<void()> job) {
  const std::lock_guard lock{mutex_};
  if (closed_ || jobs_.size() >= limit_) return false;
  jobs_.push_back(std::move(job));
  arrived_.notify_one();
  return true;
}

void Hashers::close() {
  std::deque<std::function<void()>> dropped;
  {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    dropped.swap(jobs_);
    arrived_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t Hashers::waiting() const {
  const std::lock_guard lock{mutex_};
  return jobs_.size();
}

void Hashers::serve() {
  // Of this thread alone, as Linux has it; where it is refused the thread is as good, only no better-mannered.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  std::unique_lock lock{mutex_};
  for (;;) {
    arrived_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    if (closed_) return;
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace junctor::accounts
