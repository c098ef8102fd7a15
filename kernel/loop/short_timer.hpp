// SPDX-License-Identifier: Apache-2.0
// Timers of microseconds for what gathers: the wheel's tick is a millisecond. A sorted list, for a few at a time whose
// delays are much the same: starting one looks from the back. Lives on one loop.
#pragma once

#include <optional>

#include "loop/clock.hpp"
#include "loop/intrusive_list.hpp"

namespace junctor::loop {

/// One shot, intrusive; EventLoop::start. The callback may start it again, or destroy it. The destructor cancels.
class ShortTimer : private ListNode {
 public:
  using Fn = void (*)(void* self);

  ShortTimer(Fn fn, void* self) : fn_{fn}, self_{self} {}

  template <auto Method, class T>
  static ShortTimer of(T* self) {
    return ShortTimer{[](void* p) { (static_cast<T*>(p)->*Method)(); }, self};
  }

  bool armed() const { return linked(); }
  void cancel() { unlink(); }

 private:
  friend class ShortTimers;
  friend class List<ShortTimer>;

  Fn fn_;
  void* self_;
  Instant when_;
};

class ShortTimers {
 public:
  /// Fires at the first advance() whose `now` is not before `when`, in order. An armed one is moved.
  void start(ShortTimer& timer, Instant when) {
    timer.when_ = when;
    armed_.insert(timer, [](const ShortTimer& a, const ShortTimer& b) { return a.when_ < b.when_; });
  }

  /// Runs what is due; what those start again waits for the next call.
  void advance(Instant now) {
    List<ShortTimer> due;
    while (!armed_.empty() && armed_.front().when_ <= now) due.push_back(armed_.front());
    while (!due.empty()) {
      ShortTimer& timer = due.pop_front();
      timer.fn_(timer.self_);
    }
  }

  std::optional<Instant> next() {
    if (armed_.empty()) return std::nullopt;
    return armed_.front().when_;
  }

 private:
  List<ShortTimer> armed_;
};

}  // namespace junctor::loop
