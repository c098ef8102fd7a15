// SPDX-License-Identifier: Apache-2.0
// One event loop: epoll, timers, posted tasks, and work put off to later in the turn. One thread runs it; methods are
// for that thread unless they say [any].
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "loop/alarm.hpp"
#include "loop/clock.hpp"
#include "loop/intrusive_list.hpp"
#include "loop/short_timer.hpp"
#include "loop/task.hpp"
#include "loop/task_queue.hpp"
#include "loop/timer_wheel.hpp"

namespace junctor::loop {

class EventLoop;

/// Gets a descriptor's events. One handler watches one descriptor. It may unwatch or destroy itself or any other.
class FdHandler {
 public:
  /// `events`: EPOLLIN | EPOLLOUT | EPOLLERR | ...
  virtual void on_fd(uint32_t events) = 0;

 protected:
  ~FdHandler() = default;
};

/// Work put off to later in the turn, never inline: EventLoop::defer or at_turn_end. One shot, intrusive; queueing it
/// twice is once. The callback may destroy it; the destructor cancels.
class Deferred : private ListNode {
 public:
  using Fn = void (*)(void* self);

  Deferred(Fn fn, void* self) : fn_{fn}, self_{self} {}

  template <auto Method, class T>
  static Deferred of(T* self) {
    return Deferred{[](void* p) { (static_cast<T*>(p)->*Method)(); }, self};
  }

  bool queued() const { return linked(); }
  void cancel() { unlink(); }

 private:
  friend class EventLoop;
  friend class List<Deferred>;

  Fn fn_;
  void* self_;
};

/// What a watchdog reads from another thread: who holds the loop, and since when.
struct LoopPulse {
  std::atomic<int64_t> turn_started{0};    // ns of the clock; 0 while asleep
  std::atomic<uint64_t> turns{0};          // finished ones
  std::atomic<const char*> busy{nullptr};  // a name that lives as long as the process
};

class EventLoop {
 public:
  static constexpr uint32_t kNoIndex = UINT32_MAX;

  /// The creating thread counts as the loop's own until another runs or adopts it.
  explicit EventLoop(uint32_t index, Clock& clock = SteadyClock::instance());
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Until stop(). What has been posted before the stop still runs.
  void run();
  /// One turn, sleeping at most `max_wait`. For tests and for a loop driven by hand.
  void run_once(Duration max_wait);
  /// [any]
  void stop();
  /// [any] Runs the task on this loop, never inline, in order for one poster. False after close(): it is dropped.
  bool post(Task task) { return tasks_.push(std::move(task)); }
  /// [any] post() refuses from now on.
  void close() { tasks_.close(); }
  /// Runs what is posted and put off until there is none left; for the end, on a loop that no longer runs.
  void drain();

  /// [any]
  bool here() const { return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }
  /// Aborts the process when called from another thread: a breach is a fault of the kernel and would corrupt memory.
  void assert_here() const {
    if (!here()) [[unlikely]]
      wrong_thread();
  }
  /// Makes the calling thread the owner of a loop that does not run.
  void adopt() { owner_.store(std::this_thread::get_id(), std::memory_order_relaxed); }
  /// [any] The loop that the calling thread is running a turn of, or null.
  static EventLoop* current();
  /// [any] Worker loops count from 0; the control loop has kNoIndex.
  uint32_t index() const { return index_; }
  Clock& clock() const { return clock_; }

  /// The time at which this turn woke up.
  Instant now() const { return now_; }
  /// Fires `delay` from now by the clock; never early, 1 ms resolution. An armed one is moved.
  void start(Timer& timer, Duration delay) { timers_.start(timer, clock_.now() + delay); }
  void start_at(Timer& timer, Instant when) { timers_.start(timer, when); }
  /// The same to a few microseconds, where the system has epoll_pwait2; for pauses below a millisecond.
  void start(ShortTimer& timer, Duration delay) { short_timers_.start(timer, clock_.now() + delay); }
  size_t timers_armed() const { return timers_.armed(); }

  /// Level-triggered unless `events` has EPOLLET. 0, or an errno (ENOSPC, ENOMEM).
  int watch(int fd, uint32_t events, FdHandler* handler);
  /// `handler` may be another one than before, which has been forgotten.
  void modify(int fd, uint32_t events, FdHandler* handler);
  /// Afterwards the handler gets nothing more, not even what this turn has already collected. Before close(fd).
  void unwatch(int fd, FdHandler* handler);
  /// The same without a system call, where the descriptor is closed next or another handler takes it over.
  void forget(FdHandler* handler);

  /// Runs it after this turn's events, timers and tasks; what is put off meanwhile runs in the next turn, at once.
  void defer(Deferred& work) { deferred_.push_back(work); }
  /// Runs it as the last thing of this turn: for what gathers (send batches).
  void at_turn_end(Deferred& work) { turn_end_.push_back(work); }

  /// [any]
  const LoopPulse& pulse() const { return pulse_; }
  /// Says whose code runs now (a watchdog reads it); returns what was set before, to be set again afterwards.
  const char* set_busy(const char* name) {
    const char* before = pulse_.busy.load(std::memory_order_relaxed);
    pulse_.busy.store(name, std::memory_order_relaxed);
    return before;
  }
  /// [any] Tasks posted so far.
  uint64_t posted() const { return tasks_.posted(); }

 private:
  static constexpr int kMaxEvents = 256;

  [[noreturn]] void wrong_thread() const;
  Duration time_to_sleep(Duration max_wait);
  int wait_for_events(Duration wait);
  void turn(Duration max_wait);
  void begin_turn();
  void end_turn();
  void dispatch();
  static void run_list(List<Deferred>& list);

  uint32_t index_;
  Clock& clock_;
  int epoll_;
  bool has_pwait2_ = true;  // Linux 5.11
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> owner_;
  Instant now_;
  TaskQueue tasks_;
  TimerWheel timers_;
  ShortTimers short_timers_;
  Alarm alarm_;  // for timers_; the short ones are a timeout
  List<Deferred> deferred_;
  List<Deferred> turn_end_;
  LoopPulse pulse_;
  std::array<epoll_event, kMaxEvents> events_;
  int event_count_ = 0;
  int event_next_ = 0;
};

/// Names the code that runs for as long as it lives.
class BusyLabel {
 public:
  BusyLabel(EventLoop& loop, const char* name) : loop_{loop}, before_{loop.set_busy(name)} {}
  ~BusyLabel() { loop_.set_busy(before_); }
  BusyLabel(const BusyLabel&) = delete;
  BusyLabel& operator=(const BusyLabel&) = delete;

 private:
  EventLoop& loop_;
  const char* before_;
};

}  // namespace junctor::loop
