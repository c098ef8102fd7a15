// SPDX-License-Identifier: Apache-2.0
// Pairs that are complete but for their ticket. Lives on the loop of their uuids.
#include "ticket_wait.hpp"

namespace junctor::relay {

TicketWait::~TicketWait() {
  for (size_t i = 0; i < pairs_.size(); ++i) room_.give_back();
}

bool TicketWait::add(const std::string& uuid, Pair pair, Duration until) {
  if (pairs_.count(uuid) > 0 || !room_.take()) return false;
  pairs_.emplace(uuid, Entry{pair, until});
  by_age_.emplace(until, uuid);
  return true;
}

std::optional<TicketWait::Pair> TicketWait::take(std::string_view uuid) {
  const auto at = pairs_.find(uuid);
  if (at == pairs_.end()) return std::nullopt;
  const Pair pair = at->second.pair;
  by_age_.erase({at->second.until, at->first});
  pairs_.erase(at);
  room_.give_back();
  return pair;
}

std::vector<std::string> TicketWait::late(Duration now) const {
  std::vector<std::string> uuids;
  for (auto at = by_age_.begin(); at != by_age_.end() && at->first <= now; ++at) uuids.push_back(at->second);
  return uuids;
}

std::optional<Duration> TicketWait::next() const {
  return by_age_.empty() ? std::nullopt : std::optional{by_age_.begin()->first};
}

}  // namespace junctor::relay
