// SPDX-License-Identifier: Apache-2.0
// Threads for the worker loops. [control]
#include "loop/loop_set.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace junctor::loop {

namespace {

/// Lets one thread wait until all tickets are gone, used or dropped. Shared: the tickets may outlast its patience.
class Rendezvous {
 public:
  class Ticket {
   public:
    explicit Ticket(std::shared_ptr<Rendezvous> owner) : owner_{std::move(owner)} {
      const std::lock_guard lock{owner_->mutex_};
      ++owner_->open_;
    }
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (!owner_) return;
      const std::lock_guard lock{owner_->mutex_};
      if (--owner_->open_ == 0) owner_->closed_.notify_all();
    }

    /// False where the waiter has given it up: its work must not begin.
    bool begin() {
      const std::lock_guard lock{owner_->mutex_};
      owner_->begun_ = true;
      return !owner_->given_up_;
    }

   private:
    std::shared_ptr<Rendezvous> owner_;
  };

  bool begun() {
    const std::lock_guard lock{mutex_};
    return begun_;
  }

  bool wait(Duration patience) {
    std::unique_lock lock{mutex_};
    return closed_.wait_for(lock, patience, [this] { return open_ == 0; });
  }

  /// As wait(), but what has begun is waited for, and what has not will not begin.
  bool wait_or_give_up(Duration patience) {
    std::unique_lock lock{mutex_};
    const auto over = [this] { return open_ == 0; };
    if (closed_.wait_for(lock, patience, over)) return true;
    given_up_ = !begun_;
    if (begun_) closed_.wait(lock, over);
    return !given_up_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable closed_;
  size_t open_ = 0;
  bool begun_ = false;
  bool given_up_ = false;
};

}  // namespace

LoopSet::LoopSet(uint32_t workers, Clock& clock) : clock_{clock}, control_{EventLoop::kNoIndex, clock} {
  workers = std::max(workers, 1U);
  workers_.reserve(workers);
  for (uint32_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<EventLoop>(i, clock_));
}

LoopSet::~LoopSet() { stop(); }

void LoopSet::start() {
  if (running()) return;
  threads_.reserve(workers_.size());
  for (auto& worker : workers_) {
    threads_.emplace_back([loop = worker.get()] {
      pthread_setname_np(pthread_self(), ("loop-" + std::to_string(loop->index())).c_str());
      loop->run();
    });
  }
  // The threads own their loops from here on; a caller may rely on it at once.
  barrier();
}

void LoopSet::stop() {
  if (!running()) return;
  for (auto& worker : workers_) worker->stop();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  for (auto& worker : workers_) worker->adopt();
  // Tasks may still post to each other; a few rounds let the last hand-overs arrive.
  for (int round = 0; round < 4; ++round) {
    for (auto& worker : workers_) worker->drain();
  }
  for (auto& worker : workers_) worker->close();
  for (auto& worker : workers_) worker->drain();
}

bool LoopSet::run(uint32_t index, Task fn, bool owned) {
  EventLoop& loop = at(index);
  if (loop.here()) {
    fn();
    return true;
  }
  const auto done = std::make_shared<Rendezvous>();
  loop.post([work = std::move(fn), ticket = Rendezvous::Ticket{done}]() mutable {
    if (ticket.begin()) work();
    work.reset();  // before its waiter goes on
  });
  const bool ended = owned ? done->wait(patience_) : done->wait_or_give_up(patience_);
  return ended && done->begun();  // a loop that is over drops what it is given
}

bool LoopSet::run_on(uint32_t index, Task fn) { return run(index, std::move(fn), false); }
bool LoopSet::run_owned_on(uint32_t index, Task fn) { return run(index, std::move(fn), true); }

bool LoopSet::barrier() {
  if (!running()) return true;
  const auto done = std::make_shared<Rendezvous>();
  for (auto& worker : workers_) {
    // Twice: the first task runs in the middle of a turn, the second in the turn after that one.
    worker->post([loop = worker.get(), ticket = Rendezvous::Ticket{done}]() mutable {
      loop->post([last = std::move(ticket)] {});
    });
  }
  return done->wait(patience_);
}

}  // namespace junctor::loop
