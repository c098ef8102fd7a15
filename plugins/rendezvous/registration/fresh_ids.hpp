// SPDX-License-Identifier: Apache-2.0
// Ids that somebody has registered whose address has not shown that it receives: anybody can write such a datagram, so
// these are on trial, a bounded number of them. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace junctor::rendezvous {

class FreshIds {
 public:
  /// Seconds, by any clock that goes on over a restart.
  static constexpr int64_t kGrace = 3600;  // who is on trial for less, or is there, gives way to nobody

  /// keep: seconds that one is on trial; 0: for ever.
  void configure(size_t capacity, int64_t keep);
  size_t capacity() const;
  size_t size() const;

  /// Is there room for one more? Where it is full the oldest gives way: `evicted` is to be removed, like an expired
  /// one. `is_here`: is it online now?
  using IsHere = std::function<bool(std::string_view id)>;
  bool make_room(int64_t now, const IsHere& is_here, std::optional<std::string>* evicted);
  void add(std::string_view id, int64_t since);
  /// It has proven itself. True: it was on trial.
  bool settle(std::string_view id);
  bool has(std::string_view id) const;
  /// At most `limit` whose time is over, the oldest first. They stay until they are settled or dropped.
  std::vector<std::string> expired(int64_t now, size_t limit) const;

 private:
  mutable std::mutex mutex_;
  size_t capacity_ = 0;
  int64_t keep_ = 0;
  std::map<std::string, int64_t, std::less<>> since_;
  std::set<std::pair<int64_t, std::string>> by_age_;
};

}  // namespace junctor::rendezvous
