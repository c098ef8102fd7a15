// SPDX-License-Identifier: Apache-2.0
// Nonces of audit records, so that one that is sent again is stored once (http-api.md 4.4). Any thread.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace junctor::accounts {

class Nonces {
 public:
  using Nanos = std::chrono::nanoseconds;
  struct Limits {
    size_t capacity = 200'000;
    Nanos life = std::chrono::minutes{10};
  };
  explicit Nonces(Limits limits) : limits_{limits} {}

  /// False where it is known. The oldest give way where it is full. `key`: the device and its nonce.
  bool put(std::string key, Nanos now) {
    const std::lock_guard lock{mutex_};
    while (!ends_.empty() && (ends_.front().first <= now || ends_.size() >= limits_.capacity)) {
      known_.erase(ends_.front().second);
      ends_.pop_front();
    }
    if (!known_.insert(key).second) return false;
    ends_.emplace_back(now + limits_.life, std::move(key));
    return true;
  }
  /// Its record could not be stored: it may come again.
  void forget(const std::string& key) {
    const std::lock_guard lock{mutex_};
    known_.erase(key);
  }

 private:
  const Limits limits_;
  std::mutex mutex_;
  std::unordered_set<std::string> known_;
  std::deque<std::pair<Nanos, std::string>> ends_;
};

}  // namespace junctor::accounts
