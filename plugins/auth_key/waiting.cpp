// SPDX-License-Identifier: Apache-2.0
// Who waits, in the order of their last asking. One thread at a time.
#include "auth_key/waiting.hpp"

#include <iterator>

namespace junctor::auth {

Waiting::Note Waiting::note(const Device& device, Duration now) {
  const Key key{device.id, device.claim};
  const Network client = Network::client(device.address);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    Entry& entry = *found->second;
    if (const Network before = Network::client(entry.device.address); before != client) {
      if (--by_address_[before] == 0) by_address_.erase(before);
      ++by_address_[client];
    }
    entry.device.address = device.address;
    entry.last = now;
    entries_.splice(entries_.end(), entries_, found->second);
    return Note::kKnown;
  }
  if (!make_room(client, now)) return Note::kFull;
  entries_.push_back({device, now, now});
  by_key_.emplace(key, std::prev(entries_.end()));
  ++by_address_[client];
  return Note::kNew;
}

/// The one that has not asked for longest goes, unless it is fresh.
bool Waiting::make_room(const Network& client, Duration now) {
  const auto stale = [&](const Entry& entry) { return now - entry.last > kFresh; };
  const auto there = by_address_.find(client);
  if (there != by_address_.end() && there->second >= limits_.per_address) {
    auto oldest = entries_.begin();
    while (oldest != entries_.end() && stale(*oldest) && Network::client(oldest->device.address) != client) ++oldest;
    if (oldest == entries_.end() || !stale(*oldest)) return false;
    erase(oldest);
  }
  if (entries_.size() >= limits_.total) {
    if (entries_.empty() || !stale(entries_.front())) return false;
    erase(entries_.begin());
  }
  return limits_.total > 0 && limits_.per_address > 0;
}

std::vector<Waiting::Entry> Waiting::of(std::string_view id) const {
  std::vector<Entry> all;
  for (auto at = by_key_.lower_bound({std::string{id}, ""}); at != by_key_.end() && at->first.first == id; ++at) {
    all.push_back(*at->second);
  }
  return all;
}

void Waiting::forget(std::string_view id) {
  auto at = by_key_.lower_bound({std::string{id}, ""});
  while (at != by_key_.end() && at->first.first == id) erase((at++)->second);
}

void Waiting::expire(Duration now) {
  while (!entries_.empty() && now - entries_.front().last > limits_.keep) erase(entries_.begin());
}

void Waiting::erase(Entries::iterator entry) {
  const Network client = Network::client(entry->device.address);
  if (--by_address_[client] == 0) by_address_.erase(client);
  by_key_.erase({entry->device.id, entry->device.claim});
  entries_.erase(entry);
}

}  // namespace junctor::auth
