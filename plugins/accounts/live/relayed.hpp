// SPDX-License-Identifier: Apache-2.0
// By whose leave the relay sessions came about, by uuid: asked again when rights change and cut_running is on. Any
// thread.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounts/live/cards.hpp"

namespace junctor::accounts {

struct Leave {
  std::string device;                ///< B's id
  std::optional<TokenHash> session;  ///< none: nobody had logged in
  bool switch_granted = false;
};

class Relayed {
 public:
  explicit Relayed(size_t capacity) : capacity_{capacity} {}

  /// The oldest give way where it is full: their sessions end by themselves.
  void put(std::string uuid, Leave leave) {
    const std::lock_guard lock{mutex_};
    if (!leaves_.insert_or_assign(uuid, std::move(leave)).second) return;
    order_.push_back(std::move(uuid));
    for (; order_.size() > capacity_; order_.pop_front()) leaves_.erase(order_.front());
  }
  std::optional<Leave> find(std::string_view uuid) const {
    const std::lock_guard lock{mutex_};
    const auto found = leaves_.find(std::string{uuid});
    return found == leaves_.end() ? std::nullopt : std::optional{found->second};
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Leave> leaves_;
  std::deque<std::string> order_;
};

}  // namespace junctor::accounts
