// SPDX-License-Identifier: Apache-2.0
// How many there may be of something on all loops together. Any thread.
#pragma once

#include <atomic>
#include <cstddef>

namespace junctor::relay {

class Quota {
 public:
  explicit Quota(size_t limit) : limit_{limit} {}

  /// One more, or false with nothing taken.
  bool take() {
    if (used_.fetch_add(1, std::memory_order_relaxed) < limit_.load(std::memory_order_relaxed)) return true;
    give_back();
    return false;
  }
  void give_back() { used_.fetch_sub(1, std::memory_order_relaxed); }

  bool full() const { return used() >= limit_.load(std::memory_order_relaxed); }
  size_t limit() const { return limit_.load(std::memory_order_relaxed); }
  size_t used() const { return used_.load(std::memory_order_relaxed); }
  /// What is in use beyond a lower limit stays until it is given back.
  void set_limit(size_t limit) { limit_.store(limit, std::memory_order_relaxed); }

 private:
  std::atomic<size_t> used_{0};
  std::atomic<size_t> limit_;
};

}  // namespace junctor::relay
