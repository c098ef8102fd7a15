// SPDX-License-Identifier: Apache-2.0
// The last devices that were removed, by number: what else holds something of theirs looks here and lets go. Any
// thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace junctor::rendezvous {

class Removed {
 public:
  static constexpr size_t kKept = 1000;

  void add(const std::string& id) {
    const std::lock_guard lock{mutex_};
    ids_.push_back(id);
    if (ids_.size() > kKept) ids_.pop_front();
    newest_.store(newest_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  /// fn(id) for each after *number, which becomes the newest's. Nothing new costs one look.
  template <class Fn>
  void since(uint64_t* number, Fn&& fn) const {
    if (*number == newest_.load(std::memory_order_acquire)) return;
    std::vector<std::string> fresh;
    {
      const std::lock_guard lock{mutex_};
      const uint64_t newest = newest_.load(std::memory_order_relaxed);
      const uint64_t missed = newest > *number ? newest - *number : ids_.size();
      const auto count = static_cast<std::ptrdiff_t>(std::min<uint64_t>(missed, ids_.size()));
      fresh.assign(ids_.end() - count, ids_.end());
      *number = newest;
    }
    for (const std::string& id : fresh) fn(id);
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> ids_;  // guarded by mutex_
  std::atomic<uint64_t> newest_{0};
};

}  // namespace junctor::rendezvous
