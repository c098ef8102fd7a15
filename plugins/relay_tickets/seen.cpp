// SPDX-License-Identifier: Apache-2.0
// Which tickets were taken, until they have expired. One thread.
#include "seen.hpp"

#include <algorithm>

namespace junctor::relay_tickets {

void Seen::expire(uint64_t now) {
  while (!by_age_.empty() && by_age_.begin()->first <= now) {
    entries_.erase(by_age_.begin()->second);
    by_age_.erase(by_age_.begin());
  }
}

Seen::Answer Seen::look(const std::string& key, uint64_t issued, uint64_t now) {
  expire(now);
  const auto at = entries_.find(key);
  if (at != entries_.end()) return issued > at->second.issued ? Answer::kFresh : Answer::kKnown;
  return entries_.size() < capacity_ ? Answer::kFresh : Answer::kFull;
}

void Seen::add(const std::string& key, uint64_t issued, uint64_t until) {
  Entry& entry = entries_[key];
  by_age_.erase({entry.until, key});
  entry = {issued, std::max(entry.until, until)};
  by_age_.emplace(entry.until, key);
}

}  // namespace junctor::relay_tickets
