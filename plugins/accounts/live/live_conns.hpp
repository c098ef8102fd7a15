// SPDX-License-Identifier: Apache-2.0
// Connections that are open on devices, as their heartbeats and records tell, and those that are to be closed
// (accounts.md 17). Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace junctor::accounts {

class LiveConns {
 public:
  struct Limits {
    size_t devices = 100'000;  ///< with connections at once
    size_t conns = 64;         ///< of one device
    int missed = 3;            ///< heartbeats without it, after which one is lost
  };
  explicit LiveConns(Limits limits) : limits_{limits} {}

  struct Beat {
    std::vector<int64_t> disconnect;  ///< of those that are open: told again until they are gone
    std::vector<int64_t> lost;        ///< without a close record
  };
  Beat beat(std::string_view device, const std::vector<int64_t>& conns) {
    const std::lock_guard lock{mutex_};
    auto found = devices_.find(std::string{device});
    if (found == devices_.end()) {
      if (conns.empty() || devices_.size() >= limits_.devices) return {};
      found = devices_.try_emplace(std::string{device}).first;
    }
    Device& known = found->second;
    Beat out;
    const std::set<int64_t> open(conns.begin(), conns.end());
    for (auto at = known.missed.begin(); at != known.missed.end();) {
      at->second = open.count(at->first) ? 0 : at->second + 1;
      if (at->second < limits_.missed) {
        ++at;
        continue;
      }
      out.lost.push_back(at->first);
      at = known.missed.erase(at);
    }
    for (const int64_t conn : open) {
      if (known.missed.size() < limits_.conns) known.missed.try_emplace(conn, 0);
      if (known.disconnect.count(conn)) out.disconnect.push_back(conn);
    }
    std::erase_if(known.disconnect, [&](int64_t conn) { return open.count(conn) == 0; });
    if (known.missed.empty() && known.disconnect.empty()) devices_.erase(found);
    return out;
  }
  void opened(std::string_view device, int64_t conn) {
    const std::lock_guard lock{mutex_};
    if (devices_.size() >= limits_.devices && devices_.count(std::string{device}) == 0) return;
    Device& known = devices_[std::string{device}];
    if (known.missed.size() < limits_.conns) known.missed.try_emplace(conn, 0);
  }
  void closed(std::string_view device, int64_t conn) {
    const std::lock_guard lock{mutex_};
    const auto found = devices_.find(std::string{device});
    if (found == devices_.end()) return;
    found->second.missed.erase(conn);
    found->second.disconnect.erase(conn);
    if (found->second.missed.empty() && found->second.disconnect.empty()) devices_.erase(found);
  }
  /// Of those that are open now; empty: all of them. How many.
  size_t disconnect(std::string_view device, const std::vector<int64_t>& conns) {
    const std::lock_guard lock{mutex_};
    const auto found = devices_.find(std::string{device});
    if (found == devices_.end()) return 0;
    const size_t before = found->second.disconnect.size();
    for (const auto& [conn, missed] : found->second.missed) {
      const bool meant = conns.empty() || std::find(conns.begin(), conns.end(), conn) != conns.end();
      if (meant) found->second.disconnect.insert(conn);
    }
    return found->second.disconnect.size() - before;
  }
  /// Was it told to end, and is still there?
  bool is_ending(std::string_view device, int64_t conn) const {
    const std::lock_guard lock{mutex_};
    const auto found = devices_.find(std::string{device});
    return found != devices_.end() && found->second.disconnect.count(conn) != 0;
  }
  std::vector<int64_t> open(std::string_view device) const {
    const std::lock_guard lock{mutex_};
    std::vector<int64_t> out;
    const auto found = devices_.find(std::string{device});
    if (found == devices_.end()) return out;
    for (const auto& [conn, missed] : found->second.missed) out.push_back(conn);
    return out;
  }

 private:
  struct Device {
    std::map<int64_t, int> missed;  ///< open ones, and for how many heartbeats each was not named
    std::set<int64_t> disconnect;
  };

  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Device> devices_;
};

}  // namespace junctor::accounts
