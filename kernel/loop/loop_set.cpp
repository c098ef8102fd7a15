// SPDX-License-Identifier: Apache-2.0
// Threads for the worker loops. [control]
#include "loop/loop_set.hpp"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

namespace junctor::loop {

namespace {

/// Lets one thread wait until all tickets are gone, used or dropped.
class Rendezvous {
 public:
  class Ticket {
   public:
    explicit Ticket(Rendezvous& owner) : owner_{&owner} {
      const std::lock_guard lock{owner.mutex_};
      ++owner.open_;
    }
    Ticket(Ticket&& other) noexcept : owner_{std::exchange(other.owner_, nullptr)} {}
    Ticket& operator=(Ticket&&) = delete;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (owner_ == nullptr) return;
      // Notified under the mutex: the waiter destroys the rendezvous as soon as it can lock it.
      const std::lock_guard lock{owner_->mutex_};
      if (--owner_->open_ == 0) owner_->closed_.notify_all();
    }

   private:
    Rendezvous* owner_;
  };

  void wait() {
    std::unique_lock lock{mutex_};
    closed_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable closed_;
  size_t open_ = 0;
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

void LoopSet::run_on(uint32_t index, Task fn) {
  EventLoop& loop = at(index);
  if (loop.here()) return fn();
  Rendezvous done;
  loop.post([&fn, ticket = Rendezvous::Ticket{done}] { fn(); });
  done.wait();
}

void LoopSet::barrier() {
  if (!running()) return;
  Rendezvous done;
  for (auto& worker : workers_) {
    // Twice: the first task runs in the middle of a turn, the second in the turn after that one.
    worker->post([loop = worker.get(), ticket = Rendezvous::Ticket{done}]() mutable {
      loop->post([last = std::move(ticket)] {});
    });
  }
  done.wait();
}

}  // namespace junctor::loop
