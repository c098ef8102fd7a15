// SPDX-License-Identifier: Apache-2.0
// The uuids of one loop: whose first side waits, and whose session runs. Lives on that loop.
#include "waiting.hpp"

namespace junctor::relay {

Waiting::~Waiting() {
  for (size_t i = 0; i < by_age_.size(); ++i) room_.give_back();
}

Waiting::Outcome Waiting::offer(std::string_view uuid, SideKey side, Duration since, SideKey* partner) {
  const auto known = entries_.find(uuid);
  if (known == entries_.end()) {
    if (!room_.take()) return Outcome::kFull;
    const auto added = entries_.emplace(uuid, Entry{side, since}).first;
    by_age_.emplace(since, &added->first);
    return Outcome::kParked;
  }
  if (known->second.side == 0) return Outcome::kInUse;
  *partner = known->second.side;
  unpark(*known);
  known->second = {};
  return Outcome::kPaired;
}

std::string_view Waiting::name_of(std::string_view uuid) const {
  const auto known = entries_.find(uuid);
  return known == entries_.end() ? std::string_view{} : known->first;
}

void Waiting::forget(std::string_view uuid, SideKey side) {
  const auto known = entries_.find(uuid);
  if (known == entries_.end() || side == 0 || known->second.side != side) return;
  unpark(*known);
  entries_.erase(known);
}

void Waiting::end(std::string_view uuid) {
  const auto known = entries_.find(uuid);
  if (known != entries_.end() && known->second.side == 0) entries_.erase(known);
}

std::vector<SideKey> Waiting::expire(Duration now, Duration patience) {
  std::vector<SideKey> late;
  while (!by_age_.empty() && by_age_.begin()->first + patience <= now) {
    const auto entry = entries_.find(*by_age_.begin()->second);
    late.push_back(entry->second.side);
    unpark(*entry);
    entries_.erase(entry);
  }
  return late;
}

std::optional<Duration> Waiting::oldest() const {
  return by_age_.empty() ? std::nullopt : std::optional{by_age_.begin()->first};
}

void Waiting::unpark(const Table::value_type& entry) {
  by_age_.erase({entry.second.since, &entry.first});
  room_.give_back();
}

}  // namespace junctor::relay
