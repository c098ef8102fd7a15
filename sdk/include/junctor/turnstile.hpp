// SPDX-License-Identifier: Apache-2.0
// Blocking work on the pool, which everybody shares: at most so many jobs of one plugin at once, the others wait here
// in a bounded queue. [any]
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "host.hpp"

namespace junctor {

class Turnstile {
 public:
  /// The host outlives it.
  Turnstile(const Host& host, size_t at_once, size_t waiting) : host_{&host}, at_once_{at_once}, most_{waiting} {}
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  void configure(size_t at_once, size_t waiting) {
    const std::lock_guard lock{mutex_};
    at_once_ = at_once;
    most_ = waiting;
  }

  /// work() on [pool], then done() on the calling loop (home for others); both may be move-only, and are destroyed
  /// unrun where the instance stops. False where too many wait: both have been destroyed then.
  template <class Work, class Done>
  bool run(Work&& work, Done&& done) {
    auto job = std::make_shared<Both<std::decay_t<Work>, std::decay_t<Done>>>(std::forward<Work>(work),
                                                                              std::forward<Done>(done));
    job->loop = host_->answer_loop();
    {
      const std::lock_guard lock{mutex_};
      if (closed_ || jobs_.size() >= most_) return false;
      jobs_.push_back(job);
      if (running_ >= at_once_) return true;
      ++running_;
    }
    if (host_->offload([this] { serve(); }, [] {}) == JCT_OK) return true;
    const std::lock_guard lock{mutex_};
    --running_;
    for (auto at = jobs_.begin(); at != jobs_.end(); ++at) {
      if (*at != job) continue;
      jobs_.erase(at);
      return false;
    }
    return true;  // another has taken it
  }

  size_t waiting() const {
    const std::lock_guard lock{mutex_};
    return jobs_.size();
  }

  /// [control] Drops what waits.
  void close() {
    std::deque<std::shared_ptr<Job>> dropped;
    const std::lock_guard lock{mutex_};
    closed_ = true;
    dropped.swap(jobs_);
  }

 private:
  struct Job {
    virtual ~Job() = default;
    virtual void work() = 0;
    virtual void done() = 0;
    uint32_t loop = 0;
  };
  template <class Work, class Done>
  struct Both : Job {
    Both(Work work, Done done) : work_{std::move(work)}, done_{std::move(done)} {}
    void work() override { work_(); }
    void done() override { done_(); }
    Work work_;
    Done done_;
  };

  void serve() {
    for (;;) {
      std::shared_ptr<Job> job;
      {
        const std::lock_guard lock{mutex_};
        if (jobs_.empty() || running_ > at_once_) {
          --running_;
          return;
        }
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      host_->guarded("turnstile", [&] { job->work(); });
      const uint32_t loop = job->loop;
      host_->post(loop, [job = std::move(job)] { job->done(); });
    }
  }

  const Host* host_;
  mutable std::mutex mutex_;
  size_t at_once_, most_;  // these four guarded by mutex_
  size_t running_ = 0;
  bool closed_ = false;
  std::deque<std::shared_ptr<Job>> jobs_;
};

}  // namespace junctor
