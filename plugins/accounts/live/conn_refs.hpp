// SPDX-License-Identifier: Apache-2.0
// conn_audit_ref: what goes with a push to B, so that B's log records name the user whom signalling knew (http-api.md
// 7.5, accounts.md 17). Any thread.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounts/model/access.hpp"

namespace junctor::accounts {

struct ConnOrigin {
  std::string device;  ///< B's id: a ref counts for it alone
  Ref user = kNoRef;
  std::string user_name;
  Ground ground = Ground::kNothing;
  std::string address;  ///< A's, without port
};

class ConnRefs {
 public:
  using Nanos = std::chrono::nanoseconds;
  struct Limits {
    size_t capacity = 100'000;
    Nanos life = std::chrono::minutes{10};
  };
  explicit ConnRefs(Limits limits) : limits_{limits} {}

  /// The oldest give way where it is full: a lost name, never a refusal.
  void put(std::string ref, ConnOrigin origin, Nanos now) {
    const std::lock_guard lock{mutex_};
    while (!ends_.empty() && (ends_.front().first <= now || ends_.size() >= limits_.capacity)) {
      origins_.erase(ends_.front().second);
      ends_.pop_front();
    }
    ends_.emplace_back(now + limits_.life, ref);
    origins_.insert_or_assign(std::move(ref), std::move(origin));
  }
  std::optional<ConnOrigin> find(std::string_view ref, std::string_view device, Nanos now) {
    const std::lock_guard lock{mutex_};
    for (; !ends_.empty() && ends_.front().first <= now; ends_.pop_front()) origins_.erase(ends_.front().second);
    const auto found = origins_.find(std::string{ref});
    if (found == origins_.end() || found->second.device != device) return std::nullopt;
    return found->second;
  }
  /// For a B that returns no ref: the newest push to it for this address.
  std::optional<ConnOrigin> find_by_address(std::string_view device, std::string_view address, Nanos now) {
    const std::lock_guard lock{mutex_};
    for (auto at = ends_.rbegin(); at != ends_.rend() && at->first > now; ++at) {
      const auto found = origins_.find(at->second);
      if (found != origins_.end() && found->second.device == device && found->second.address == address) {
        return found->second;
      }
      if (at - ends_.rbegin() >= kLooked) break;
    }
    return std::nullopt;
  }
  size_t size() const {
    const std::lock_guard lock{mutex_};
    return origins_.size();
  }

 private:
  static constexpr ptrdiff_t kLooked = 1000;  // of the newest: a guess is worth no more

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, ConnOrigin> origins_;
  std::deque<std::pair<Nanos, std::string>> ends_;
};

}  // namespace junctor::accounts
