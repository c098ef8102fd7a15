// SPDX-License-Identifier: Apache-2.0
// Timers of one loop: a hierarchical wheel with a resolution of 1 ms. Start and cancel cost O(1) and allocate nothing.
// Lives on one loop.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "loop/clock.hpp"
#include "loop/intrusive_list.hpp"

namespace junctor::loop {

class TimerWheel;

/// One shot; its owner starts it again for a period. Fires on the loop, never from inside start. The callback may start
/// it again, or destroy it. The destructor cancels. Neither copied nor moved.
class Timer : private ListNode {
 public:
  using Fn = void (*)(void* self);

  Timer(Fn fn, void* self) : fn_{fn}, self_{self} {}
  ~Timer() { cancel(); }

  /// A timer that calls `(self->*Method)()`.
  template <auto Method, class T>
  static Timer of(T* self) {
    return Timer{[](void* p) { (static_cast<T*>(p)->*Method)(); }, self};
  }

  bool armed() const { return wheel_ != nullptr; }
  void cancel();

 private:
  friend class TimerWheel;
  friend class List<Timer>;

  Fn fn_;
  void* self_;
  TimerWheel* wheel_ = nullptr;
  uint64_t tick_ : 48 = 0;  // kMaxTick at most
  uint64_t level_ : 8 = 0;
  uint64_t slot_ : 8 = 0;
};

class TimerWheel {
 public:
  explicit TimerWheel(Instant origin) : origin_{origin} {}
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  /// Fires at the first advance() whose `now` is not before `when`; in the order of their milliseconds. An armed timer
  /// is moved. A `when` in the past fires at the next millisecond.
  void start(Timer& timer, Instant when);

  /// Runs what is due. Returns how many fired.
  size_t advance(Instant now);

  /// When advance() has something to do next (a timer, or its move to a finer level); nothing while no timer is armed.
  std::optional<Instant> next_wakeup();

  size_t armed() const { return armed_; }

 private:
  friend class Timer;

  static constexpr unsigned kBits = 6;
  static constexpr unsigned kSlots = 1U << kBits;
  /// 2^42 ms: 139 years.
  static constexpr unsigned kLevels = 7;
  static constexpr uint64_t kMaxTick = (uint64_t{1} << (kBits * kLevels)) - 1;

  struct Due {
    unsigned level;
    unsigned slot;
    uint64_t tick;
  };

  std::optional<Due> next_due() const;
  uint64_t first_tick(const Due& due);
  void place(Timer& timer);
  void remove(Timer& timer);
  size_t take_slot(const Due& due);

  Instant origin_;
  uint64_t elapsed_ = 0;  // ms since origin that advance() has dealt with
  size_t armed_ = 0;
  std::array<uint64_t, kLevels> occupied_{};
  std::array<std::array<List<Timer>, kSlots>, kLevels> slots_;
  List<Timer> firing_;
};

}  // namespace junctor::loop
