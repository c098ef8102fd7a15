// SPDX-License-Identifier: Apache-2.0
// The worker loops, each on its own thread, and the control loop, which the main thread runs. [control] unless it says
// [any].
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "loop/event_loop.hpp"

namespace junctor::loop {

class LoopSet {
 public:
  /// `workers` is at least 1. No thread runs before start(); until then and after stop() the loops belong to the
  /// control thread.
  explicit LoopSet(uint32_t workers, Clock& clock = SteadyClock::instance());
  ~LoopSet();
  LoopSet(const LoopSet&) = delete;
  LoopSet& operator=(const LoopSet&) = delete;

  void start();
  /// Lets each loop finish its turn and what was posted, then joins the threads. What is posted later by the last
  /// tasks themselves is run here, on the control thread; afterwards post() refuses.
  void stop();

  /// [any]
  uint32_t count() const { return static_cast<uint32_t>(workers_.size()); }
  /// [any] `index` < count().
  EventLoop& at(uint32_t index) { return *workers_[index]; }
  /// [any]
  EventLoop& control() { return control_; }
  bool running() const { return !threads_.empty(); }

  /// How long the three below wait for a loop that a callback holds; a minute until it is set.
  void set_patience(Duration patience) { patience_ = patience; }
  /// Runs `fn` on that loop and waits until it has. Called on that very loop (or while no thread runs) it is inline.
  /// False where the loop has not come to it in time: it will not run. Once it has begun it is waited for, so it may
  /// use what the caller has; and it may not block.
  bool run_on(uint32_t index, Task fn);
  /// The same for `fn` that may hold the loop itself, a plugin's callback: false also where it has begun and not
  /// ended, or will begin when the loop comes back. It owns all that it uses.
  bool run_owned_on(uint32_t index, Task fn);
  /// Every worker loop has finished the turn it was in, and what had been posted to it before. False where one has not
  /// in time.
  bool barrier();

 private:
  bool run(uint32_t index, Task fn, bool owned);

  Clock& clock_;
  Duration patience_ = std::chrono::minutes{1};
  EventLoop control_;
  std::vector<std::unique_ptr<EventLoop>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace junctor::loop
