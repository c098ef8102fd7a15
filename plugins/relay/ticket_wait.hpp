// SPDX-License-Identifier: Apache-2.0
// Pairs that are complete but for their ticket, which comes from another host and may be a moment behind them. Lives on
// the loop of their uuids.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "junctor/result.hpp"
#include "quota.hpp"
#include "waiting.hpp"

namespace junctor::relay {

class TicketWait {
 public:
  struct Pair {
    SideKey first = 0;
    SideKey second = 0;
  };

  /// `room` bounds what waits on all loops together: strangers fill this table. It outlives this.
  explicit TicketWait(Quota& room) : room_{room} {}
  ~TicketWait();
  TicketWait(const TicketWait&) = delete;
  TicketWait& operator=(const TicketWait&) = delete;

  /// False: there is no room, or the uuid waits already.
  bool add(const std::string& uuid, Pair pair, Duration until);
  /// It waits no longer; nothing where it does not.
  std::optional<Pair> take(std::string_view uuid);
  /// The uuids whose time is over.
  std::vector<std::string> late(Duration now) const;
  std::optional<Duration> next() const;

 private:
  struct Entry {
    Pair pair;
    Duration until{};
  };

  Quota& room_;
  std::map<std::string, Entry, std::less<>> pairs_;  // ordered, so that no choice of uuids makes it slow
  std::set<std::pair<Duration, std::string>> by_age_;
};

}  // namespace junctor::relay
