// SPDX-License-Identifier: Apache-2.0
// The uuids of one loop: whose first side waits, and whose session runs. Lives on that loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/result.hpp"
#include "quota.hpp"

namespace junctor::relay {

/// A side, by the number that its loop gave it; 0 is none.
using SideKey = uint64_t;

class Waiting {
 public:
  enum class Outcome { kParked, kPaired, kInUse, kFull };

  /// `room` bounds the first sides of all loops together: the network fills this table. It outlives this.
  explicit Waiting(Quota& room) : room_{room} {}
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  /// The uuid as this holds it: until end(), where a session runs; empty where there is none.
  std::string_view name_of(std::string_view uuid) const;

  /// First of a uuid: parks it as waiting since `since`. Second: gives the first as `partner`, and the uuid is in use
  /// until end(). A third (kInUse) and an overflow (kFull) change nothing (protocol.md 6.5).
  Outcome offer(std::string_view uuid, SideKey side, Duration since, SideKey* partner);

  /// A first side has gone away while waiting. Nothing happens where another side has the uuid.
  void forget(std::string_view uuid, SideKey side);

  /// The session of this uuid is over: it may come again.
  void end(std::string_view uuid);

  /// Forgets the sides that have waited for `patience` by `now`, oldest first; the caller closes them.
  std::vector<SideKey> expire(Duration now, Duration patience);

  /// Since when the oldest has waited.
  std::optional<Duration> oldest() const;
  size_t parked() const { return by_age_.size(); }

 private:
  struct Entry {
    SideKey side = 0;  // 0: the session runs
    Duration since{};
  };
  // Ordered, so that no choice of uuids makes it slow; its keys stay in place, so that by_age_ may point at them.
  using Table = std::map<std::string, Entry, std::less<>>;

  void unpark(const Table::value_type& entry);

  Quota& room_;
  Table entries_;
  std::set<std::pair<Duration, const std::string*>> by_age_;
};

}  // namespace junctor::relay
